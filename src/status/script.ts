import { addresses } from '../actions/kinds.ts';
import { defineAction } from '../actions/types.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import inForce from '../probe/in-force.sh';
import type { NodeScript } from '../transport/types.ts';
import { who } from '../who/script.ts';
import dns from './dns.sh';
import node from './node.sh';

/** Reads what `who` reads and what stands on a node, in one script: a login may be what takes long. */
export const status = defineAction({
  name: 'status',
  title: 'Read what stands on a node, and who talks to the API',
  danger: 'read',
  scope: 'node',
  parameters: { api: { schema: addresses, help: 'more addresses of the API, such as its balancer' } },
  summary: () => 'read',
  node: {
    fragments: { ...who.node!.fragments, 'in-force': inForce, dns, node },
    variables: who.node!.variables,
  },
});

/** The text that reads one node. */
export function statusScript(
  context: ActionContext,
  now: Date,
  deadlineMs: number,
  api: string[] = [],
): NodeScript {
  return readingScript(status, { params: { api }, context, now, deadlineMs });
}
