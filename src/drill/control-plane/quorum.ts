/** etcd as far as a drill needs it: members that run or not, and a majority that must. */
export class Quorum {
  readonly #members: readonly { running(): boolean }[];

  constructor(members: readonly { running(): boolean }[]) {
    this.#members = members;
  }

  held(): boolean {
    return this.running() * 2 > this.#members.length;
  }

  running(): number {
    return this.#members.filter((m) => m.running()).length;
  }

  /** What a running member answers at :2381/health. */
  health(): { code: number; body: string } {
    return this.held()
      ? { code: 200, body: '{"health":"true","reason":""}' }
      : { code: 503, body: '{"health":"false","reason":"RAFT NO LEADER"}' };
  }

  /** What it counts at :2381/metrics, as far as anybody asks. */
  metrics(): string {
    return [
      `etcd_server_has_leader ${this.held() ? 1 : 0}`,
      'etcd_server_is_learner 0',
      'etcd_server_quota_backend_bytes 2.147483648e+09',
      'etcd_mvcc_db_total_size_in_bytes 6.7108864e+07',
      '',
    ].join('\n');
  }
}
