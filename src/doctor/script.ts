import { defineAction } from '../actions/types.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import dns from '../status/dns.sh';
import type { NodeScript } from '../transport/types.ts';
import node from './node.sh';

/** Not in the registry: no plan holds it, and it changes nothing. */
export const doctor = defineAction({
  name: 'doctor',
  title: 'Read the time of a node, and where its DNS is',
  danger: 'read',
  scope: 'node',
  parameters: {},
  summary: () => 'read',
  node: {
    fragments: { dns, node },
    // Only on the hosts of the API Fireaxe uses admin credentials.
    variables: (_p, { roles }, { cluster }) => ({
      IN_KUBECONFIGS: roles.includes('control-plane') ? cluster.kubernetes.kubeconfigs.join(' ') : '',
    }),
  },
});

/** Of all that a node is asked, the files of a sick disk take longest. */
const DEADLINE_MS = 12_000;
/** A node whose clock is wrong must answer, too. */
const ANY_CLOCK_MS = 10 * 365 * 86_400_000;

/** The no-op by which a login is proven. */
export function doctorScript(context: ActionContext, now: Date): NodeScript {
  return readingScript(doctor, { params: {}, context, now, deadlineMs: DEADLINE_MS, lateMs: ANY_CLOCK_MS });
}
