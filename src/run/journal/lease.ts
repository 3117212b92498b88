import type { FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FireaxeError } from '../../base/errors.ts';
import type { Holder } from '../../base/holder.ts';
import { lastLease, leasePlace, leaseText, readIfThere } from './lease-file.ts';
import type { Seal } from './seal.ts';

export interface LeaseTiming {
  renewMs: number;
  /** A lease that is not renewed for this long is taken over. */
  silentMs: number;
  pollMs: number;
}

/** While a lease is held, the seal covers only the beginning of the journal. */
export const lowered = (seal: Seal | undefined) => (seal ? { seal: { ...seal, whole: false } } : {});

/** The holder as text, from which an operator finds the process. */
export const named = (holder: Holder | undefined) =>
  holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : 'an unknown process';

/** The right to write a journal, renewed until it is released. */
export class Lease {
  /** Seal of the journal as its former writer left it. */
  readonly formerSeal: Seal | undefined;
  /** An earlier holder may only have been suspended: what it still writes must not count. */
  readonly overtook: boolean;
  /** Set once the lease is lost. */
  lost: FireaxeError | undefined;
  readonly #journal: string;
  readonly #place: string;
  readonly #file: FileHandle;
  readonly #holder: Holder;
  readonly #timer: NodeJS.Timeout;
  #beat = 0;
  #renewing: Promise<void> | undefined;

  constructor(
    journal: string,
    number: number,
    file: FileHandle,
    holder: Holder,
    formerSeal: Seal | undefined,
    overtook: boolean,
    { renewMs }: LeaseTiming,
  ) {
    this.#journal = journal;
    this.#place = leasePlace(journal, number);
    this.#file = file;
    this.#holder = holder;
    this.formerSeal = formerSeal;
    this.overtook = overtook;
    this.#timer = setInterval(() => {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
    }, renewMs).unref();
  }

  /** Throws (kind guard) where another process took over, as after a suspend. A successor removes our file before it reads the journal. */
  async assertHeld(): Promise<void> {
    if (!this.lost) {
      if (await this.#stands()) return;
      const { says } = (await lastLease(this.#journal).catch(() => undefined)) ?? {};
      this.lost = new FireaxeError('guard', `this run was taken over by ${named(says?.holder)}`, {
        place: this.#place,
        expected: 'one writer of a run at a time; this one was silent for too long',
        next: `fireaxe timeline ${basename(dirname(this.#journal))}`,
      });
      clearInterval(this.#timer);
    }
    throw this.lost;
  }

  /** Releases the lease. Without a new seal the former one stays: for the whole journal, or for its beginning where something was written. */
  async release(seal?: Seal, written = false): Promise<void> {
    const former = written ? lowered(this.formerSeal) : this.formerSeal && { seal: this.formerSeal };
    clearInterval(this.#timer);
    await this.#renewing;
    try {
      await this.#write({ ...(seal ? { seal } : former), free: true });
    } finally {
      await this.#file.close();
    }
  }

  async #stands(): Promise<boolean> {
    try {
      // Opening asks a file server again, where stat may answer from a cache.
      return (await readIfThere(this.#place))?.includes(this.#holder.token) ?? false;
    } catch (error) {
      if (!['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return (await this.#file.stat()).nlink > 0;
    }
  }

  async #renew(): Promise<void> {
    try {
      await this.#write({ ...lowered(this.formerSeal), free: false });
      await this.assertHeld();
    } catch {
      // Lost, or a failing disk: the next append reports it.
    }
  }

  /** Through our own handle: after a takeover nothing reads this file any more. */
  async #write(says: { free: boolean; seal?: Seal }): Promise<void> {
    await this.#file.write(leaseText({ ...says, holder: this.#holder, beat: ++this.#beat }), 0, undefined, 0);
    await this.#file.datasync();
  }
}
