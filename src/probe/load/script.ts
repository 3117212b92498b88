import { defineAction } from '../../actions/types.ts';
import { readingScript } from '../../node/reading.ts';
import type { ActionContext } from '../../node/types.ts';
import type { NodeScript } from '../../transport/types.ts';
import logs from './logs.sh';
import network from './network.sh';
import node from './node.sh';
import unread from './unread.sh';

/** Longest that a reading takes on a node. */
export const LOAD_MS = 20_000;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const load = defineAction({
  name: 'load',
  title: 'Read how hard a node works on the return of its pods',
  danger: 'read',
  scope: 'node',
  parameters: {},
  summary: () => 'read',
  node: { fragments: { node, logs, network, unread }, variables: () => ({}) },
});

/** The text that reads one node. */
export function loadScript(context: ActionContext, now: Date): NodeScript {
  return readingScript(load, { params: {}, context, now, deadlineMs: LOAD_MS, maxOutput: 4096 });
}
