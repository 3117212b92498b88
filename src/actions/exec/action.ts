import { defineAction } from '../types.ts';
import node from './node.sh';
import { execParameters } from './params.ts';

/** Any command or script, for what no other action covers. */
export const exec = defineAction({
  name: 'exec',
  title: 'Run a command',
  danger: 'change',
  scope: 'node',
  parameters: execParameters,
  summary: (p) => `run ${JSON.stringify(p.command.length > 60 ? `${p.command.slice(0, 57)}...` : p.command)}`,
  counted: (p) => [{ one: 'command', many: 'commands', done: 'run', names: [p.command] }],
  node: {
    fragments: { node },
    once: true,
    variables: (p) => ({ P_COMMAND: p.command, P_EXITS: p.exits.join(' ') }),
  },
  irreversible: 'Fireaxe does not know what a command did',
});
