import type { LoadShape } from './load.ts';

export const NAME = 'telemetry-flood';
export const TITLE = 'a new telemetry agent on every node floods the API servers';

export const INTRO = [
  'A telemetry agent on every worker will ask the API servers for more than they can answer: they run out of memory, and it can only be deleted through the API that it keeps down.',
  'Fireaxe then logs in to the nodes: names are kept answering, three workstreams take the load off side by side, the cause is deleted while the API answers, and the clients return in batches.',
  'Watch the API servers that are ready, the share of failed answers, and the requests that users lose.',
] as const;

export const WHY = {
  names: 'a CoreDNS that restarts without the API knows no name, and then users lose their requests',
  'fewer-clients': 'the offender is most of the load, and its nodes can be reached without the API',
  controllers: 'a fenced node looks dead: while paused, nothing takes its pods out of the services',
  'no-clients': 'without clients the servers come up; each host reverts the fence unless it is kept',
  servers: 'a server that was killed often waits up to 5 minutes in the back-off, although the flood is gone',
  'bigger-servers': 'more memory and more cores bear the load, if the others do not help',
  removal: 'while the API answers, the cause is deleted: otherwise it comes back',
  return: 'all clients at once would be the next flood: they return in batches, behind a gate',
};

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
