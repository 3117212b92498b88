import { execParameters } from '../../actions/exec/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { commandOf } from '../command-words.ts';
import { toggle, value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'exec',
  summary: 'Run a command or a script on nodes',
  examples: [
    'fireaxe exec -c prod-1 -l role=worker --limit 5 --reason INC-42 -- uptime',
    "fireaxe exec -c prod-1 -l role=worker --reason INC-42 -- 'systemctl restart chronyd'",
    'fireaxe exec -c prod-1 -l zone=a --canary 1 --wave 10% --reason INC-42 --script fix.sh',
    'generate-script | fireaxe exec -c prod-1 --all --yes --reason INC-42 --script -',
  ],
  danger: 'change',
  takesCommand: true,
  argument: [
    '[command...]',
    'after --: one word is a shell command line, several are a command and its arguments',
  ],
  options: {
    script: value('--script <file>', 'run this file, with /bin/sh or what its first line names; - is stdin'),
    ...parameterFlags(execParameters),
    ...targetOptions,
    all: toggle('--all', 'all nodes of the cluster, as -c NAME alone'),
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  notes: '\nTo read only, without a reason and a journal: fireaxe look.',
  async run(args, flags, io) {
    const command = await commandOf('exec', args, flags.script, io);
    return runAction(flags, io, {
      action: 'exec',
      mustSelect: true,
      params: { command, ...givenParameters(execParameters, flags) },
    });
  },
});
