import * as z from 'zod';
import { defineAction } from '../actions/types.ts';
import { apiInputs } from '../node/api-inputs.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import ask from './ask.sh';
import counters from './counters.sh';
import inForce from './in-force.sh';
import node from './node.sh';
import vitals from './vitals.sh';

/** Longest that a reading takes on a node: three requests of 3 s, and a little. */
export const PROBE_MS = 15_000;

/** Longest that one request takes. */
const REQUEST_SECONDS = 3;

/** Not in the registry: no plan holds it, and it changes nothing. */
export const probe = defineAction({
  name: 'probe',
  title: 'Read the health of the control plane',
  danger: 'read',
  scope: 'node',
  parameters: {
    leases: { schema: z.boolean(), help: 'also count the leases of nodes' },
    seconds: { schema: z.number(), help: 'of one request' },
    vitals: { schema: z.boolean(), help: 'also certificates, memory limit, restarts, fsync latency' },
  },
  summary: () => 'read',
  node: {
    fragments: { ask, counters, 'in-force': inForce, node, vitals },
    variables: (p, _target, context) => ({
      P_LEASES: p.leases ? '1' : '',
      P_SECONDS: String(p.seconds),
      P_VITALS: p.vitals ? '1' : '',
      ...apiInputs(context),
    }),
  },
});

/** What a reading asks for besides the health of the server and its member. */
export interface Asked {
  /** The leases of nodes: a list of all nodes. */
  leases?: boolean | undefined;
  vitals?: boolean | undefined;
  /** Longest that one request takes. */
  requestSeconds?: number | undefined;
}

/** The text that reads one control-plane host. */
export function probeScript(
  context: ActionContext,
  now: Date,
  { leases = false, vitals = false, requestSeconds: seconds = REQUEST_SECONDS }: Asked = {},
): NodeScript {
  const params = { leases, seconds, vitals };
  return readingScript(probe, { params, context, now, deadlineMs: PROBE_MS, maxOutput: 4096 });
}
