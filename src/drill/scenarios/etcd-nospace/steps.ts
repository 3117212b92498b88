import type { Sample } from './sample.ts';

/** What the lab itself observed of each step of a recovery. */
export interface Seen {
  compacted: boolean;
  /** Members whose database became smaller than the quota again. */
  defragmented: number;
  /** The alarms were gone, if only for a moment. */
  disarmed: boolean;
  /** They came back: room was still missing. */
  raisedAgain: boolean;
}

/** Remembers each step from sample to sample. */
export class Steps {
  readonly #seen: Seen = { compacted: false, defragmented: 0, disarmed: false, raisedAgain: false };
  #alarmed = false;

  push({ etcd }: Sample, compactedRevision: number): void {
    const seen = this.#seen;
    seen.raisedAgain ||= seen.disarmed && etcd.alarms > 0;
    seen.compacted ||= compactedRevision > 0;
    seen.disarmed ||= this.#alarmed && etcd.alarms === 0;
    this.#alarmed ||= etcd.alarms > 0;
    seen.defragmented = Math.max(seen.defragmented, etcd.members - etcd.overQuota);
  }

  read(): Seen {
    return { ...this.#seen };
  }
}
