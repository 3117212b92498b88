import { sha256 } from '../../base/canonical.ts';
import type { FireaxeError } from '../../base/errors.ts';
import type { JournalBody, JournalRecord } from '../types.ts';
import { changedJournal, twoWriters } from './changed.ts';
import { wellFormed } from './record-shape.ts';

/** What the first record names as the one before it. */
export const GENESIS = '0'.repeat(64);

/** The line of a record, without its newline, and its hash: what the next record names as `prev`. */
export function sealRecord(
  body: JournalBody,
  seq: number,
  at: Date,
  prev: string,
): { line: string; hash: string } {
  const line = JSON.stringify({ seq, at: at.toISOString(), prev, ...body });
  return { line, hash: sha256(line) };
}

export interface ChainReading {
  records: JournalRecord[];
  /** Hash of the last good record. */
  head: string;
  /** Number of the record that follows it. */
  next: number;
  /** Bytes of the good part; what follows is a torn tail. */
  goodBytes: number;
  tornBytes: number;
  /** Where two writers wrote side by side: each record still follows one of those before it, and none was edited. */
  forked?: FireaxeError;
}

/**
 * Reads a journal's text and checks its chain. A last line that is cut off is a torn tail and is left out;
 * anything wrong before it throws (kind guard): an edited, deleted or reordered record is no crash.
 */
export function readChain(bytes: Buffer, place: string): ChainReading {
  const records: JournalRecord[] = [];
  /** The number that follows each record, by its hash. */
  const nextOf = new Map([[GENESIS, 0]]);
  let forked: FireaxeError | undefined;
  let head = GENESIS;
  let offset = 0;
  while (offset < bytes.length) {
    const newline = bytes.indexOf(10, offset);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(offset, end);
    const record = newline < 0 ? undefined : parse(text.toString('utf8'));
    if (!record) {
      // Only the very last line can be torn by a crash: appended bytes never overtake each other.
      if (newline < 0 || newline === bytes.length - 1) break;
      throw changedJournal(place, 'it is no record', records.length + 1);
    }
    const line = records.length + 1;
    const next = nextOf.get(record.prev);
    if (next === undefined) throw changedJournal(place, 'it does not follow a record before it', line);
    if (record.seq !== next) throw changedJournal(place, `its number is ${record.seq}, not ${next}`, line);
    if (!wellFormed(record)) throw changedJournal(place, 'it is none that this Fireaxe knows', line);
    const hash = sha256(text);
    if (nextOf.has(hash)) throw changedJournal(place, 'it is there twice', line);
    if (record.prev !== head) forked ??= twoWriters(place, line);
    records.push(record);
    nextOf.set(hash, next + 1);
    head = hash;
    offset = newline + 1;
  }
  const tornBytes = bytes.length - offset;
  return {
    records,
    head,
    next: nextOf.get(head)!,
    goodBytes: offset,
    tornBytes,
    ...(forked ? { forked } : {}),
  };
}

function parse(line: string): JournalRecord | undefined {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return typeof record?.seq === 'number' && typeof record.prev === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
