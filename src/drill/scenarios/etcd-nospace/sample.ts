import type { Goals } from '../../judge.ts';

/** What the lab itself sees in one moment. */
export interface Sample {
  /** Milliseconds since the lab began. */
  at: number;
  servers: { ready: number; of: number };
  /** Answers to clients since the lab began; `bad` are those with 429 or 5xx. */
  answers: { good: number; bad: number };
  etcd: {
    members: number;
    /** Members that raised the alarm NOSPACE. */
    alarms: number;
    /** Members whose database is larger than the quota, and the largest one. */
    overQuota: number;
    bytes: number;
    quotaBytes: number;
    /** What all revisions take that are still kept. */
    bytesInUse: number;
  };
  workers: number;
  /** Workers with a fresh lease. */
  leases: number;
}

export const GOALS: Goals<Sample> = {
  /** Writes are refused for so long that every lease is stale. */
  broken: ({ etcd, leases }) => etcd.alarms > 0 && leases === 0,

  /** Writes are taken again. */
  open: ({ etcd, servers }) => etcd.alarms === 0 && servers.ready * 2 > servers.of,

  /** There is room on every member, and every client is served. */
  recovered: ({ etcd, servers, leases, workers }) =>
    etcd.alarms === 0 && etcd.overQuota === 0 && servers.ready === servers.of && leases === workers,
};
