import { createHash } from 'node:crypto';

const MiB = 2 ** 20;
/** What one write leaves in the history. */
const WRITE_BYTES = 1024;
/** What the objects of a lab's cluster take, without any history. */
const LIVE_BYTES = 64 * MiB;

/** One member, as its own host and its tools see it. */
export interface EtcdMember {
  name: string;
  /** Decimal, as `etcdctl` prints it. */
  id: string;
  running(): boolean;
  /** The size of its database file: only a defragmentation makes it smaller. */
  bytes: number;
}

/**
 * Simulated etcd: members that run or not, a majority that must, and a database that grows with each write up to a quota.
 * A member over its quota raises the alarm NOSPACE at the next write; while any alarm stands, writes are refused.
 */
export class Etcd {
  readonly quotaBytes = 2048 * MiB;
  readonly members: readonly EtcdMember[];
  readonly #revision: () => number;
  /** Real API servers compact every five minutes; without that the history grows for ever. */
  #compacting = true;
  #historyBytes = 0;
  #compacted = 0;
  readonly #alarms = new Set<EtcdMember>();
  #leader: EtcdMember | undefined;

  constructor(machines: readonly { name: string; running(): boolean }[], revision: () => number) {
    this.#revision = revision;
    this.members = machines.map(({ name, running }) => ({
      name,
      id: String(Number.parseInt(createHash('sha256').update(name).digest('hex').slice(0, 13), 16)),
      running,
      bytes: LIVE_BYTES,
    }));
  }

  quorumHeld(): boolean {
    return this.members.filter((m) => m.running()).length * 2 > this.members.length;
  }

  /** Writes are accepted while there is a quorum and no alarm. */
  writable(): boolean {
    return this.quorumHeld() && this.#alarms.size === 0;
  }

  /** Takes one write; false if there is no space for it. */
  write(): boolean {
    for (const member of this.#running()) if (member.bytes > this.quotaBytes) this.#alarms.add(member);
    if (this.#alarms.size > 0) return false;
    this.grow(WRITE_BYTES);
    return true;
  }

  /** The history grows by so much, unless it is compacted as it should be. */
  grow(bytes: number): void {
    if (!this.#compacting) this.#historyBytes += bytes;
    for (const member of this.#running()) member.bytes = Math.max(member.bytes, this.bytesInUse());
  }

  /** From now on the history is not compacted. */
  stopCompacting(): void {
    this.#compacting = false;
  }

  bytesInUse(): number {
    return LIVE_BYTES + this.#historyBytes;
  }

  revision(): number {
    return this.#revision();
  }

  /** The last revision whose history was dropped; 0 where it never was. */
  compacted(): number {
    return this.#compacted;
  }

  /** Drops the history before a revision; the members' files stay as large as they are. */
  compact(revision: number): 'done' | 'future' | 'compacted' {
    const now = this.revision();
    if (revision > now) return 'future';
    if (revision <= this.#compacted) return 'compacted';
    this.#historyBytes *= (now - revision) / Math.max(1, now - this.#compacted);
    this.#compacted = revision;
    return 'done';
  }

  defragment(member: EtcdMember): void {
    member.bytes = this.bytesInUse();
  }

  alarms(): readonly EtcdMember[] {
    return [...this.#alarms];
  }

  /** Clears the alarms; the next write raises them again if a member is still over its quota. */
  disarm(): readonly EtcdMember[] {
    const disarmed = this.alarms();
    this.#alarms.clear();
    return disarmed;
  }

  /** A member leads as long as it runs. */
  leader(): EtcdMember | undefined {
    if (!this.quorumHeld()) return undefined;
    if (!this.#leader?.running()) this.#leader = this.#running()[0];
    return this.#leader;
  }

  #running(): EtcdMember[] {
    return this.members.filter((member) => member.running());
  }
}
