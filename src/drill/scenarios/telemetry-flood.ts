import type { Scenario } from './types.ts';

/** A telemetry agent on every node asks the API servers for more than they can answer, and cannot be removed without them. */
export const TELEMETRY_FLOOD: Scenario = {
  name: 'telemetry-flood',
  title: 'a new telemetry agent on every node floods the API servers',
  cluster: 'lab',
  region: 'us-lab-1',
  playbook: 'control-plane-lockout',
  workers: 48,
  zones: ['us-lab-1a', 'us-lab-1b', 'us-lab-1c'],
  bastionZone: 'us-lab-1c',
  instanceTypes: { controlPlane: 'm6i.xlarge', worker: 'm6i.2xlarge', target: 'm6i.8xlarge' },
  offender: {
    comm: 'telemetry-agent',
    args: ['--collect=pods,nodes,endpoints', '--watchers=3', '--rate=10'],
    namespace: 'monitoring',
    daemonset: 'telemetry-agent',
    labels: { app: 'telemetry-agent' },
  },
  load: { callsPerNode: 30, watchersPerNode: 3, breaksAt: 8 },
  users: { callsPerSecond: 20, names: 5 },
  mess: { ssmDead: 4, kexHang: 1, changedHostKey: 1, slow: 1 },
  incident: { name: 'OpenAI, 2024-12-11', windowMinutes: 80, recoveryMinutes: 262 },
};
