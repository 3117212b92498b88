import type { FileHandle } from 'node:fs/promises';
import { link, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../../base/directories.ts';
import { FireaxeError } from '../../base/errors.ts';
import { type Holder, provablyDead, thisProcess } from '../../base/holder.ts';
import { Lease, type LeaseTiming, lowered, named } from './lease.ts';
import { lastLease, leaseNumbers, leasePlace, leaseText, ownPlace, type Standing } from './lease-file.ts';

export interface LeaseOptions {
  now: () => Date;
  /** Called before waiting for a holder that may be alive. */
  waiting?: (text: string) => void;
  /** Ends the wait. */
  stop?: AbortSignal;
  timing?: LeaseTiming;
  self?: Holder;
}

const TIMING: LeaseTiming = { renewMs: 2_000, silentMs: 15_000, pollMs: 250 };

/**
 * Takes the lease of the one writer of a journal. Throws (kind guard) while another Fireaxe renews it.
 * A holder that is provably dead is replaced at once; any other must be silent for `silentMs`, measured here: the clocks
 * of two hosts are never compared. A link appears with its content or not at all, and of two processes that make the
 * same link one fails: so each number has one holder, and the last number is in effect.
 */
export async function takeLease(journal: string, options: LeaseOptions): Promise<Lease> {
  const { now, self = thisProcess(now()), timing = TIMING } = options;
  const own = ownPlace(journal, self.token);
  try {
    for (;;) {
      const former = await lastLease(journal);
      const how = former ? await howToTake(journal, former, self, timing, options) : 'free';
      if (how === 'look again') continue;
      const seal = former?.says?.seal;
      const number = (former?.number ?? 0) + 1;
      const file = await write(own, { holder: self, beat: 0, free: false, ...lowered(seal) });
      let taken = false;
      try {
        taken = await isOurs(journal, own, number);
        if (taken) await removeFormer(journal, number);
      } finally {
        if (!taken) await file.close();
      }
      if (taken) return new Lease(journal, number, file, self, seal, how !== 'free', timing);
    }
  } finally {
    await rm(own, { force: true });
  }
}

async function write(path: string, says: Parameters<typeof leaseText>[0]): Promise<FileHandle> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.write(leaseText(says), 0, undefined, 0);
    await file.datasync();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** False where another process took this number, or a later one, first. */
async function isOurs(journal: string, own: string, number: number): Promise<boolean> {
  const place = leasePlace(journal, number);
  try {
    await link(own, place);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Over NFS a repeated request may fail although the first was done.
    if ((await stat(own)).nlink < 2) return false;
  }
  if ((await leaseNumbers(journal)).at(-1) === number) return true;
  await rm(place, { force: true });
  return false;
}

/** From here on a former holder finds that it lost its lease. Ascending: the one in effect is removed last. */
async function removeFormer(journal: string, number: number): Promise<void> {
  for (const former of await leaseNumbers(journal))
    if (former < number) await rm(leasePlace(journal, former), { force: true });
  await syncDirectory(dirname(journal));
}

/** Waits until it is known whether the holder is alive. Throws (kind guard) where it is. */
async function howToTake(
  journal: string,
  former: Standing,
  self: Holder,
  { silentMs, pollMs }: LeaseTiming,
  { waiting, stop }: LeaseOptions,
): Promise<'free' | 'dead' | 'silent' | 'look again'> {
  const { says, number, text } = former;
  if (says?.free) return 'free';
  if (says && provablyDead(says.holder, self)) return 'dead';
  waiting?.(`waiting up to ${Math.ceil(silentMs / 1000)}s for a sign of life of ${named(says?.holder)}`);
  let silent = 0;
  let looked = performance.now();
  while (silent < silentMs) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    if (stop?.aborted) throw new FireaxeError('interrupted', 'interrupted: nothing was changed');
    const last = await lastLease(journal);
    if (last?.number !== number) return 'look again';
    if (last.text !== text) {
      if (!last.says || last.says.free) return 'look again';
      throw held(last.says.holder, self, leasePlace(journal, number));
    }
    if (says && provablyDead(says.holder, self)) return 'dead';
    // Only watched time counts: a process that was suspended saw no silence.
    silent += Math.min(performance.now() - looked, 4 * pollMs);
    looked = performance.now();
  }
  return 'silent';
}

function held(holder: Holder, self: Holder, place: string): FireaxeError {
  const here = holder.boot !== '' && holder.boot === self.boot;
  const elsewhere = here ? `in another PID namespace on ${holder.host}` : `on ${holder.host}`;
  const where = here && holder.namespace === self.namespace ? '' : ` where it runs, ${elsewhere}`;
  return new FireaxeError('guard', `another fireaxe is writing this run: ${named(holder)}`, {
    place,
    expected: 'one writer of a run at a time',
    next: `wait for it, or stop it${where}: kill ${holder.pid}`,
  });
}
