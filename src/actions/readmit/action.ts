import { z } from 'zod';
import { apiPorts } from '../../node/api-ports.ts';
import { list } from '../params.ts';
import { defineAction } from '../types.ts';
import { clientAddresses } from './clients.ts';
import { fragments } from './fragments.ts';

const params = z.strictObject({
  /** `all` removes the fence; else node names, addresses, CIDRs, or a share such as `25%` of the workers. */
  clients: list().refine(
    (words) => words.length > 0 && (words.length === 1 || !words.includes('all')),
    'expected all, a share such as 25%, or node names and addresses',
  ),
});

/** Clients let back in at a pace: the rate is the fence's own. */
export const readmit = defineAction({
  name: 'readmit',
  title: 'Let API clients back in',
  danger: 'change',
  scope: 'node',
  params,
  summary: (p) =>
    p.clients[0] === 'all'
      ? 'remove the fence'
      : `let ${shorten(p.clients)} through the fence, new connections at its rate`,
  undo: {
    summary: (p) =>
      p.clients[0] === 'all' ? 'fence all clients out again' : `fence ${shorten(p.clients)} out again`,
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
