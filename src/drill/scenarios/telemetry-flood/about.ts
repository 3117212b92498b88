import type { LoadShape } from './load.ts';

export const NAME = 'telemetry-flood';
export const TITLE = 'a new telemetry agent on every node floods the API servers';

/** The agent that asks for more than the API servers can answer. */
export const OFFENDER = {
  comm: 'telemetry-agent',
  args: ['--collect=pods,nodes,endpoints', '--watchers=3', '--rate=10'],
  namespace: 'monitoring',
  daemonset: 'telemetry-agent',
  labels: { app: 'telemetry-agent' },
};

export const LOAD: LoadShape = { callsPerNode: 30, watchersPerNode: 3, breaksAt: 8 };

/** Calls a second that users make of the services on one worker, and names that each worker looks up. */
export const USERS = { callsPerSecond: 20, names: 5 };
