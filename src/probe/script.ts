import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Action, defineAction } from '../actions/types.ts';
import { apiScript, apiVariables } from '../node/kube-api.ts';
import within from '../node/lib/common/within.sh';
import etcd from '../node/lib/etcd/etcd.sh';
import stack from '../node/lib/firewall/stack.sh';
import { nodeScript } from '../node/script.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import inForce from './in-force.sh';
import leases from './leases.sh';
import script from './probe.sh';

/** Longest that a reading takes on a node: three requests of 3 s, and a little. */
export const PROBE_MS = 15_000;

/** Not in the registry: no plan holds it, and it changes nothing. */
const probe = defineAction({
  name: 'probe',
  title: 'Read the health of the control plane',
  danger: 'read',
  scope: 'node',
  params: z.strictObject({ leases: z.boolean() }),
  summary: () => 'read',
  node: {
    script: within + stack + apiScript + etcd + leases + inForce + script,
    variables: (p, _target, context) => ({ P_LEASES: p.leases ? '1' : '', ...apiVariables(context) }),
  },
});

/** The text that reads one control-plane host. */
export function probeScript(context: ActionContext, now: Date, leases = false): NodeScript {
  return nodeScript({
    action: probe as unknown as Action,
    params: { leases },
    op: 'check',
    runId: `probe-${randomBytes(4).toString('hex')}`,
    stepId: 'probe',
    notAfter: new Date(now.getTime() + 3_600_000),
    deadlineMs: PROBE_MS,
    context,
    maxOutput: 4096,
  });
}
