import { SYSTEM_POOL } from '../../machines.ts';
import { CLOCKS, TIME_SCALE } from '../../time-scale.ts';
import type { Scenario } from '../types.ts';
import { INTRO, NAME, OFFENDER, TITLE, WHY } from './about.ts';

/** A telemetry agent on every node asks the API servers for more than they can answer, and cannot be removed without them. */
export const TELEMETRY_FLOOD: Scenario = {
  name: NAME,
  title: TITLE,
  intro: INTRO,
  why: WHY,
  playbook: 'control-plane-lockout',
  workers: 48,
  kitParameters: {
    process: OFFENDER.comm,
    namespace: OFFENDER.namespace,
    daemonset: OFFENDER.daemonset,
    'pod-selector': `app=${OFFENDER.labels.app}`,
    'instance-type': 'm6i.8xlarge',
    // The volume of a Corefile is replaced as Linux does it.
    names: String(process.platform === 'linux'),
    'names-on': `pool=${SYSTEM_POOL}`,
    // The lab's clocks are fast: so are its gates.
    'gate-for': `${CLOCKS.leaseExpire}ms`,
    'gate-within': '60s',
    'gate-every': '500ms',
  },
  practice: [
    "fireaxe stop --process telemetry-agent -l 'role=worker' --reason practice --dry-run",
    'fireaxe run control-plane-lockout --reason practice',
  ],
  scaleNote:
    'OpenAI, 2024-12-11: first window after 80 min, recovered after 262 min. ' +
    `Seconds above are real; the lab's own clocks (back-off, probes, boots, DNS) run ${TIME_SCALE} times faster than real ones.`,
  prepare: async (parts) => new (await import('./outage.ts')).TelemetryFlood(parts),
};
