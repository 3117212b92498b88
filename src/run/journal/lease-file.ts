import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Holder } from '../../base/holder.ts';
import { isSeal, type Seal } from './seal.ts';

/** What a lease file says. */
export interface LeaseText {
  holder: Holder;
  /** Grows as long as the holder lives. */
  beat: number;
  /** Released. */
  free: boolean;
  seal?: Seal;
}

/** Leases by number: only the last one counts, and its number is never used again. */
export interface Standing {
  number: number;
  text: string;
  /** Undefined where the text is not a lease, as after a power cut. */
  says: LeaseText | undefined;
}

/** Written in place, in one block: a release needs no space on a full disk. */
const SIZE = 1024;

export const leasePlace = (journal: string, number: number) => `${journal}.lease.${number}`;

/** The holder comes first: its bytes stay the same at each renewal. */
export function leaseText({ holder, beat, free, seal }: LeaseText): Buffer {
  return Buffer.from(`${JSON.stringify({ holder, beat, free, seal }).padEnd(SIZE - 1)}\n`);
}

/** The last lease on a journal; undefined where there never was one. */
export async function lastLease(journal: string): Promise<Standing | undefined> {
  for (let look = 0; ; look++) {
    const number = (await leaseNumbers(journal)).at(-1);
    if (number === undefined) return undefined;
    const text = await readIfThere(leasePlace(journal, number));
    if (text !== undefined) return { number, text, says: parse(text) };
    // Gone between listing and reading: there is a later one by now. A dangling link would loop for ever.
    if (look === 100) return { number, text: '', says: undefined };
  }
}

/** Ascending. */
export async function leaseNumbers(journal: string): Promise<number[]> {
  const start = `${basename(journal)}.lease.`;
  const names = await readdir(dirname(journal));
  return names
    .filter((name) => name.startsWith(start) && /^\d{1,15}$/.test(name.slice(start.length)))
    .map((name) => Number(name.slice(start.length)))
    .sort((a, b) => a - b);
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESTALE') return undefined;
    throw error;
  }
}

/** A file beside the journal that only its process writes. */
export const ownPlace = (journal: string, token: string) =>
  join(dirname(journal), `.${basename(journal)}.lease-${token}`);

function parse(text: string): LeaseText | undefined {
  try {
    const says = JSON.parse(text) as LeaseText;
    const { holder, beat, free, seal } = says;
    const names = [
      holder?.token,
      holder?.host,
      holder?.boot,
      holder?.namespace,
      holder?.start,
      holder?.since,
    ];
    const whole =
      names.every((name) => typeof name === 'string') && Number.isSafeInteger(holder.pid) && holder.pid > 0;
    const known =
      typeof beat === 'number' && typeof free === 'boolean' && (seal === undefined || isSeal(seal));
    return whole && known ? says : undefined;
  } catch {
    return undefined;
  }
}
