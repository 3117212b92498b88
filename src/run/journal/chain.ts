import { sha256 } from '../../base/canonical.ts';
import type { FireaxeError } from '../../base/errors.ts';
import type { JournalBody, JournalRecord } from '../types.ts';
import { corrupt, newerSchema, twoWriters } from './corrupt.ts';
import { parseRecord, wellFormed } from './record-shape.ts';

/** What the first record names as the hash before it. */
export const GENESIS = '0'.repeat(64);

/** The line of a record, without its newline, and its hash: what the next record names as `prev`. */
export function sealRecord(
  body: JournalBody,
  seq: number,
  at: Date,
  prev: string,
): { line: string; hash: string } {
  const own = { seq, at: at.toISOString(), prev };
  // A body that was read from a journal has the place of that record, too.
  const line = JSON.stringify({ ...own, ...body, ...own });
  return { line, hash: sha256(line) };
}

export interface ChainReading {
  records: JournalRecord[];
  /** Hash of the last valid record. */
  head: string;
  /** Number of the next record. */
  next: number;
  /** Bytes of the valid records; what follows is a torn tail. */
  goodBytes: number;
  tornBytes: number;
  /** Set where two writers wrote at once: each record still follows an earlier one, and none was edited. */
  forked?: FireaxeError;
}

/**
 * Reads a journal's text and checks its chain. A last line that is cut off is a torn tail and is left out;
 * anything wrong before it throws (kind guard): no crash edits, deletes or reorders a record.
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
    const record = newline < 0 ? undefined : linkOf(text.toString('utf8'));
    if (!record) {
      // Only the very last line can be torn by a crash: appended bytes never overtake each other.
      if (newline < 0 || newline === bytes.length - 1) break;
      throw corrupt(place, 'not a record', records.length + 1);
    }
    const line = records.length + 1;
    const next = nextOf.get(record.prev);
    if (next === undefined) throw corrupt(place, 'hash mismatch', line);
    if (record.seq !== next) throw corrupt(place, `record ${record.seq} where ${next} is expected`, line);
    if (!wellFormed(record))
      throw newerSchema(record, place) ?? corrupt(place, 'unknown form of record', line);
    const hash = sha256(text);
    if (nextOf.has(hash)) throw corrupt(place, 'duplicate record', line);
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

/** A record as far as the chain goes: its number and the hash before it. */
function linkOf(line: string): JournalRecord | undefined {
  const record = parseRecord(line) as JournalRecord | undefined;
  return typeof record?.seq === 'number' && typeof record.prev === 'string' ? record : undefined;
}
