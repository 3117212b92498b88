import type { Goals } from '../../judge.ts';

/** What the lab itself sees in one moment. */
export interface Sample {
  /** Milliseconds since the lab began. */
  at: number;
  servers: { ready: number; of: number };
  /** Answers to clients since the lab began; `bad` are those with 429 or 5xx. */
  answers: { good: number; bad: number };
  workers: number;
  /** Workers of which every pod runs. */
  whole: number;
  /** Workers that no API server lets in, and workers with a fresh lease. */
  fenced: number;
  leases: number;
  /** Control-plane machines whose kube-controller-manager is paused. */
  paused: number;
  /** Pulls that the registry serves now, and pulls that it answered 429 since the lab began. */
  pulling: number;
  throttled: number;
  /** User requests lost so far. */
  requestsLost: number;
}

export const GOALS: Goals<Sample> = {
  broken: ({ servers, whole }) => servers.ready === 0 && whole === 0,

  open: ({ servers }) => servers.ready * 2 > servers.of,

  /** Every pod runs, nothing of the cure is left, and every client is served. */
  recovered: ({ servers, workers, whole, fenced, leases, paused }) =>
    servers.ready === servers.of && whole === workers && fenced === 0 && paused === 0 && leases === workers,
};
