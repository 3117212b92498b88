import { apiPorts } from '../../node/api-ports.ts';
import { defineAction } from '../types.ts';
import { clientAddresses } from './clients.ts';
import { fragments } from './fragments.ts';
import { readmitParameters } from './params.ts';

/** Lets clients back in; the fence itself limits the rate. */
export const readmit = defineAction({
  name: 'readmit',
  title: 'Let API clients back in',
  danger: 'change',
  scope: 'node',
  parameters: readmitParameters,
  summary: (p) =>
    p.clients[0] === 'all'
      ? 'remove the fence'
      : `let ${shorten(p.clients)} through the fence, new connections limited to its rate`,
  counted: () => [{ one: 'fence', many: 'fences', done: 'opened' }],
  undo: {
    summary: (p) =>
      p.clients[0] === 'all' ? 'fence all clients again' : `fence ${shorten(p.clients)} again`,
    danger: 'severe',
  },
  within: 'fence',
  node: {
    fragments,
    variables(p, _target, context) {
      const all = p.clients[0] === 'all';
      const { v4, v6 } = all ? { v4: [], v6: [] } : clientAddresses(p.clients, context.nodes);
      return {
        IN_ALL: all ? '1' : '',
        IN_CLIENTS4: v4.join(' '),
        IN_CLIENTS6: v6.join(' '),
        IN_PORTS: apiPorts(context).join(' '),
      };
    },
  },
});

function shorten(words: string[]): string {
  return words.length > 5 ? `${words.slice(0, 5).join(', ')} and ${words.length - 5} more` : words.join(', ');
}
