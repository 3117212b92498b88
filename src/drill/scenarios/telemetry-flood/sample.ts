/** What the lab itself sees in one moment. */
export interface Sample {
  /** Milliseconds since the lab began. */
  at: number;
  servers: { ready: number; of: number; machines: number; deaths: number; retyped: number };
  /** Answers to clients since the lab began; `bad` are those with 429 or 5xx. */
  answers: { good: number; bad: number };
  workers: number;
  /** Workers whose offender takes its turns, and whose offender is wanted but kept from them. */
  flooding: number;
  held: number;
  /** Workers that no API server lets in. */
  fenced: number;
  /** The DaemonSet is in the store, and workers whose kubelet still means to run its pod. */
  daemonSet: boolean;
  wanted: number;
  /** Workers with a fresh lease. */
  leases: number;
  /** Control-plane machines whose kube-controller-manager is paused. */
  paused: number;
  /** Workers whose pods are endpoints of the users' services, and user requests lost so far because too few were. */
  endpoints: number;
  lostWithoutEndpoint: number;
  /** Share of the users' names that do not resolve, and user requests lost so far. */
  namesFailing: number;
  requestsLost: number;
  /** CoreDNS that answer by a table of names, and user requests that would be lost by now without one. */
  dnsHeld: { now: number; of: number };
  lostUnheld: number;
}
