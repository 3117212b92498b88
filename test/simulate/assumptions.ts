/** What the simulation assumes of the world: a number, and where it comes from. */
export const ASSUMED = {
  startMs: Date.UTC(2026, 0, 15, 3, 0, 0),
  /** Timers fire in steps of this size. */
  stepMs: 25,
  rttMs: { median: 40, p95: 150 },
  loginTrips: 7,
  sshdMs: { median: 60, p95: 250 },
  sshCpuMs: 4,
  engineMs: 1,
  threads: 8,
  bastionMs: 1,
  scriptMs: { median: 400, p95: 2_500 },
  deadShare: 0.005,
  lostShare: 0.001,
  offenderCallsPerSecond: 30,
  serverCallsPerSecond: 1_500,
  serverStartMs: { median: 20_000, p95: 60_000 },
  backOffMs: 300_000,
  podEndMs: { median: 8_000, p95: 40_000 },
  leaseMs: { median: 5_000, p95: 20_000 },
  controlPlane: 3,
  clustersAnAccount: 2,
  accountCallsPerSecond: 5,
  accountBurst: 10,
  apiMs: { median: 80, p95: 300 },
  deliveryMs: { median: 1_500, p95: 6_000 },
  shardNodes: 750,
} as const;

const { rttMs, sshdMs, scriptMs, serverStartMs, podEndMs, apiMs, deliveryMs } = ASSUMED;
const times = ({ median, p95 }: { median: number; p95: number }) =>
  `${median} ms, one in twenty over ${p95} ms`;
const A = 'assumed';

/** The same in words, with the source of each. */
export const ASSUMPTIONS: readonly (readonly [string, string, string])[] = [
  ['round trip to a cluster', times(rttMs), A],
  ['round trips of a login', `${ASSUMED.loginTrips}`, 'docs/architecture.md, and one of TCP'],
  ['work of sshd for a login', times(sshdMs), `${A} (a node under load)`],
  ['CPU of a login, here', `${ASSUMED.sshCpuMs} ms of a thread`, 'bench: 5,000 light stubs, one thread'],
  [
    'CPU of the engine, here',
    `${ASSUMED.engineMs} ms a target, one thread`,
    'measured: column CPU over the orders of a whole run',
  ],
  ['threads for SSH', `one for each core, at most ${ASSUMED.threads}`, 'src/transport/ssh/threads'],
  ['bastions', `one for each cluster, ${ASSUMED.bastionMs} ms of its CPU a login`, A],
  ['a script on a node', times(scriptMs), `${A} (a node under load)`],
  ['nodes that are gone', `${100 * ASSUMED.deadShare}%`, A],
  ['orders whose answer is lost', `${100 * ASSUMED.lostShare}%`, A],
  [
    'load of the offender',
    `${ASSUMED.offenderCallsPerSecond} calls/s a node`,
    'public model of the incident of 2024-12-11',
  ],
  ['an API server carries', `${ASSUMED.serverCallsPerSecond} calls/s`, 'the same model: 1,000 to 2,000'],
  ['API servers of a cluster', `${ASSUMED.controlPlane}`, A],
  ['start of an API server', times(serverStartMs), A],
  [
    'back-off of one that was killed',
    `0 to ${ASSUMED.backOffMs / 1000} s are left`,
    'Kubernetes: 5 minutes at most',
  ],
  ['end of a deleted pod', times(podEndMs), A],
  ['accounts and regions', `one for ${ASSUMED.clustersAnAccount} clusters`, A],
  ['SSM: instances of a command by ids, values of a tag, a page', '50', 'AWS API reference'],
  [
    'SSM: calls of one kind',
    `${ASSUMED.accountCallsPerSecond} a second an account and region, ${ASSUMED.accountBurst} at once`,
    `${A} (AWS publishes no rate)`,
  ],
  ['SSM: answer of a call', times(apiMs), A],
  ['SSM: delivery to a node', times(deliveryMs), A],
  ['SSM: nodes of a shard tag', `${ASSUMED.shardNodes}`, `${A} (the kit asks for at most 1,000)`],
  ['time of the disk', 'none: the clock stands while a file is written', 'the clock of this simulation'],
  ['step of the clock', `${ASSUMED.stepMs} ms`, 'the clock of this simulation'],
];
