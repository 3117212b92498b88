import type { ActionContext } from '../../node/types.ts';
import { defineAction } from '../types.ts';
import ending from './ending.sh';
import node from './node.sh';
import { type DrillFloodParams, drillFloodParameters, FLOOD_PROCESS } from './params.ts';
import { permitted } from './permitted.ts';
import { serversOf } from './servers.ts';
import { endText, floodText } from './texts.ts';

/** Seconds between the end of a flood by its own clock and the timers that end it by force. */
const GRACE_S = 5;

/** Floods the API servers from workers, for a drill on a real cluster. It ends by itself, whatever becomes of the client. */
export const drillFlood = defineAction({
  name: 'drill-flood',
  title: 'Flood the API servers for a drill',
  danger: 'severe',
  scope: 'node',
  parameters: drillFloodParameters,
  watchedBy: 'fireaxe drill',
  permitted: (_p, targets, context) => permitted(targets, context),
  summary: (p) =>
    `call /version of the API servers ${p.calls} times a second from each node, as process ${FLOOD_PROCESS}, for ${p.for}s; each node ends it by itself`,
  counted: () => [{ one: 'node', many: 'nodes', done: 'flooding' }],
  lasts: (p) => p.for + GRACE_S,
  undo: { summary: () => `end the flood: kill ${FLOOD_PROCESS}`, danger: 'change' },
  node: {
    fragments: { node, ending },
    variables: (p: DrillFloodParams, _target, context) => ({
      P_CALLS: String(p.calls),
      P_FOR: String(p.for),
      IN_GRACE: String(GRACE_S),
      IN_ALLOWED: context.cluster.drills === 'allowed' ? '1' : '',
      IN_URLS: urls(context).join(' '),
      IN_FLOOD: floodText(),
      IN_END: endText(),
    }),
  },
});

const urls = ({ cluster, nodes }: ActionContext): string[] =>
  serversOf(nodes).map(
    (address) =>
      `https://${address.includes(':') ? `[${address}]` : address}:${cluster.kubernetes.apiserverPort}/version`,
  );
