import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { syncDirectory } from '../../base/directories.ts';
import { FireaxeError } from '../../base/errors.ts';
import { writeWhole } from '../../base/whole-file.ts';
import type { JournalBody, JournalRecord } from '../types.ts';
import { type ChainReading, readChain, sealRecord } from './chain.ts';
import { changedAfterEnd } from './corrupt.ts';
import type { Lease } from './lease.ts';
import { brokenSeal, GrowingSeal } from './seal.ts';
import { runError } from './state-error.ts';
import { type LeaseOptions, takeLease } from './take-lease.ts';

/** An append-only file of records, each naming the hash of the one before it. */
export interface Journal {
  /** Resolves when the record is on the disk. After a failed write every append throws: pages may be lost. */
  append(body: JournalBody): Promise<void>;
  close(): Promise<void>;
}

/** Opens the journal of a run for its one writer and returns its records; a torn tail is cut off first. */
export async function openJournal(
  path: string,
  now: () => Date,
  { forked, ...lease }: Omit<LeaseOptions, 'now'> & { forked?: 'allowed' } = {},
): Promise<{ journal: Journal; records: JournalRecord[] }> {
  let held: Lease | undefined;
  let file: FileHandle | undefined;
  try {
    held = await takeLease(path, { now, ...lease });
    if (held.overtook) await moveToNewFile(path, held);
    file = await open(path, 'a+', 0o600);
    // Where the lease was lost before this, the file would be a successor's.
    await held.assertHeld();
    const bytes = await file.readFile();
    const reading = readChain(bytes, path);
    const broken = held.formerSeal && brokenSeal(held.formerSeal, bytes);
    if (broken) throw changedAfterEnd(path, broken);
    if (reading.forked && forked !== 'allowed') throw reading.forked;
    if (reading.tornBytes > 0) {
      await file.truncate(reading.goodBytes);
      await file.datasync();
    }
    // The name of a new journal must be on the disk, too.
    if (reading.records.length === 0) await syncDirectory(dirname(path));
    const good = bytes.subarray(0, reading.goodBytes);
    return { journal: new GroupCommit(file, path, reading, good, now, held), records: reading.records };
  } catch (error) {
    await file?.close();
    await held?.release().catch(() => {});
    throw runError(error, dirname(path));
  }
}

/** A former writer that wakes up has the old file open: nothing reads what it writes there. */
async function moveToNewFile(path: string, lease: Lease): Promise<void> {
  const bytes = await readFile(path).catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  await writeWhole(path, bytes, () => lease.assertHeld());
  await syncDirectory(dirname(path));
}

/** Records that arrive while one fsync runs share the next one. */
class GroupCommit implements Journal {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #now: () => Date;
  readonly #lease: Lease;
  readonly #seal: GrowingSeal;
  #head: string;
  #seq: number;
  /** Records on the disk. */
  #kept: number;
  #changed = false;
  /** The verb that continues this run. */
  #verb: 'resume' | 'undo' = 'resume';
  #waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  #flushing: Promise<void> | undefined;
  #broken: FireaxeError | undefined;

  constructor(
    file: FileHandle,
    path: string,
    { head, next, records }: ChainReading,
    bytes: Buffer,
    now: () => Date,
    lease: Lease,
  ) {
    this.#file = file;
    this.#path = path;
    this.#head = head;
    this.#seq = next;
    this.#kept = records.length;
    this.#now = now;
    this.#lease = lease;
    this.#seal = new GrowingSeal(bytes, records.length);
  }

  append(body: JournalBody): Promise<void> {
    this.#broken ??= this.#lease.lost;
    if (this.#broken) return Promise.reject(this.#broken);
    if (body.kind === 'operator' && body.what === 'undo') this.#verb = 'undo';
    const { line, hash } = sealRecord(body, this.#seq++, this.#now(), this.#head);
    this.#head = hash;
    return new Promise((done, failed) => {
      this.#waiting.push({ line, done, failed });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const text = group.map((g) => `${g.line}\n`).join('');
        await this.#file.appendFile(text);
        await this.#file.datasync();
        // Only now: a successor reads the journal after it took the lease, so it sees what was written before.
        await this.#lease.assertHeld();
        this.#seal.add(text, group.length);
        this.#kept += group.length;
        this.#changed = true;
        for (const g of group) g.done();
      } catch (cause) {
        this.#broken = this.#lease.lost ?? this.#unwritten(cause);
        for (const g of [...group, ...this.#waiting]) g.failed(this.#broken);
        this.#waiting = [];
      }
    }
    this.#flushing = undefined;
  }

  /** Without a record on the disk there is no run to resume, and `last` would be another one. */
  #unwritten(cause: unknown): FireaxeError {
    const run = basename(dirname(this.#path));
    const none = this.#kept === 0;
    return new FireaxeError(
      'internal',
      `cannot write the journal; nothing ${none ? 'was' : 'more is'} launched`,
      {
        cause,
        place: this.#path,
        next: `free the disk, then${none ? ' try again' : `: fireaxe ${this.#verb} ${run}`}`,
      },
    );
  }

  /** Seals what is known to be on the disk. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
    const broken = this.#broken !== undefined;
    const seal = this.#changed && !broken ? this.#seal.seal() : undefined;
    // All records are on the disk; a lease that was not released is found to be dead.
    await this.#lease.release(seal, broken).catch(() => {});
  }
}
