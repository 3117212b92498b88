/** The lab's clocks run this many times faster than the incident's. The people and their tools do not. */
export const TIME_SCALE = 20;

/** Milliseconds of the lab for seconds of a real cluster. */
export function labMs(realSeconds: number): number {
  return (realSeconds * 1000) / TIME_SCALE;
}

/** Every clock of the lab that is scaled, with the real value it stands for (docs/drill.md prints this table). */
export const CLOCKS = {
  /** First restart after a crash is immediate; then this, doubling. */
  backoffFirst: labMs(10),
  backoffMost: labMs(300),
  /** A kubelet looks at a container in back-off every 10 to 15 s, so that a restart comes late. */
  backoffLook: labMs(12.5),
  /** A container that ran this long starts again without back-off. */
  backoffReset: labMs(600),
  /** Liveness probe: period, and failures in a row that kill. */
  probePeriod: labMs(10),
  probeFailures: 3,
  /** The kubelet's probe of an API server gives up after this. */
  healthTimeout: labMs(15),
  /** Probe failures in a row that kill an API server: until its first answer, and after that. */
  serverStartFailures: 24,
  serverProbeFailures: 8,
  /** How often a kubelet renews its lease, and when the lease is stale. */
  leaseRenew: labMs(10),
  leaseExpire: labMs(40),
  /** How much longer a node may be silent until the controller-manager marks it not ready (50 s in all, from 1.32). */
  leaseGrace: labMs(10),
  /** How often a kubelet tells the API again that a deleted pod has ended. */
  podStatus: labMs(10),
  /** A kubelet gives a request up after this (kubernetes#65954). */
  kubeletTimeout: labMs(10),
  /** Other clients give up after this. */
  clientTimeout: labMs(60),
  /** The API server itself ends a request after this. */
  requestTimeout: labMs(60),
  /** A dropped SYN is sent again after this, doubling, until `dialTimeout`. */
  synRetry: labMs(1),
  dialTimeout: labMs(30),
  /** Until a client notices that its packets are silently dropped (k/k#121793). */
  silentDrop: labMs(45),
  /** How long resolved names are kept, and how often a failed lookup is tried again. */
  dnsTtl: labMs(1200),
  dnsRetry: labMs(15),
  /** How long a CoreDNS that starts or reads its Corefile again waits for the API. */
  dnsStart: labMs(5),
  /** In the outage each CoreDNS is killed from a moment between these two on. */
  dnsKillFirst: labMs(20),
  dnsKillLast: labMs(60),
  /** Caches of a started API server are cold this long. */
  serverWarmUp: labMs(10),
  /** How often the controllers act, and how long their leader's lease lasts without renewal. */
  controllerPeriod: labMs(5),
  leaderLease: labMs(15),
  /** A client whose list or watch ended waits this long, doubling, until it has had none for `relistReset`. */
  relistFirst: labMs(0.8),
  relistMost: labMs(30),
  relistReset: labMs(120),
  /** First wait after a failed pull of an image, doubling; then the kubelet looks at the pod again within `pullLook`. */
  pullBackoffFirst: labMs(10),
  pullBackoffMost: labMs(300),
  pullLook: labMs(15),
  /** How long the registry takes for one request of a pull. */
  pullRequest: labMs(1),
} as const;
