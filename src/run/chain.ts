import { sha256 } from '../base/canonical.ts';
import { FireaxeError } from '../base/errors.ts';
import { wellFormed } from './record-shape.ts';
import type { JournalBody, JournalRecord } from './types.ts';

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
  /** Bytes of the good part; what follows is a torn tail. */
  goodBytes: number;
  tornBytes: number;
}

/**
 * Reads a journal's text and checks its chain. A last line that is cut off is a torn tail and is left out;
 * anything wrong before it throws (kind guard): an edited, deleted or reordered record is no crash.
 */
export function readChain(bytes: Buffer, place: string): ChainReading {
  const records: JournalRecord[] = [];
  let head = GENESIS;
  let offset = 0;
  while (offset < bytes.length) {
    const newline = bytes.indexOf(10, offset);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.toString('utf8', offset, end);
    const record = newline < 0 ? undefined : parse(line);
    if (!record) {
      // Only the very last line can be torn by a crash: appended bytes never overtake each other.
      if (newline < 0 || newline === bytes.length - 1) break;
      throw corrupt(place, records.length + 1, 'it is no record');
    }
    if (record.seq !== records.length)
      throw corrupt(place, records.length + 1, `its number is ${record.seq}, not ${records.length}`);
    if (record.prev !== head)
      throw corrupt(place, records.length + 1, 'it does not follow the record before it');
    if (!wellFormed(record)) throw corrupt(place, records.length + 1, 'it is none that this Fireaxe knows');
    records.push(record);
    head = sha256(line);
    offset = newline + 1;
  }
  return { records, head, goodBytes: offset, tornBytes: bytes.length - offset };
}

function parse(line: string): JournalRecord | undefined {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return typeof record?.seq === 'number' && typeof record.prev === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

function corrupt(place: string, line: number, why: string): FireaxeError {
  return new FireaxeError('guard', `the journal was changed: line ${line}: ${why}`, {
    place: `${place}:${line}:1`,
    expected: 'the records as Fireaxe wrote them',
    next: 'read it as it is (it is JSON, a record a line) and undo by hand; docs/actions says how',
  });
}
