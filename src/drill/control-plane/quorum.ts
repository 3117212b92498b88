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
}
