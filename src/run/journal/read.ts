import { readFile } from 'node:fs/promises';
import type { JournalRecord } from '../types.ts';
import { readChain } from './chain.ts';
import { changedAfterEnd } from './corrupt.ts';
import { type LeaseText, lastLease } from './lease-file.ts';
import { parseRecord, wellFormed } from './record-shape.ts';
import { brokenSeal } from './seal.ts';

export interface JournalReading {
  records: JournalRecord[];
  /** The whole chain of one writer, as it was closed. */
  intact: boolean;
  /** Closed by its writer and unchanged since. */
  sealed: boolean;
  problem?: string;
  /** Why the records are not acted on: they are what can still be read. */
  changed?: Error;
  /** Two writers wrote it: it can be undone, but not resumed. */
  forked?: Error;
}

/** Reads a journal in any state, without becoming its writer. */
export async function readJournal(path: string): Promise<JournalReading> {
  const { bytes, lease } = await readBoth(path);
  const seal = lease?.seal;
  try {
    const { records, tornBytes, forked } = readChain(bytes, path);
    const broken = seal && brokenSeal(seal, bytes);
    if (broken) throw changedAfterEnd(path, broken);
    const problem = forked?.message ?? (tornBytes > 0 ? 'its last record was cut off' : undefined);
    return {
      records,
      intact: problem === undefined,
      sealed: lease?.free === true && seal?.whole === true,
      ...(problem === undefined ? {} : { problem }),
      ...(forked ? { forked } : {}),
    };
  } catch (error) {
    const changed = error as Error;
    return { records: readable(bytes), intact: false, sealed: false, problem: changed.message, changed };
  }
}

/** A writer may open or close the journal meanwhile: a seal counts only if it was the same before and after the read. */
async function readBoth(path: string): Promise<{ bytes: Buffer; lease: LeaseText | undefined }> {
  let before = await lastLease(path);
  for (let look = 0; look < 10; look++) {
    const bytes = await readFile(path);
    const after = await lastLease(path);
    const stood = before?.number === after?.number && before?.says?.free === after?.says?.free;
    if (stood) return { bytes, lease: after?.says };
    before = after;
  }
  return { bytes: await readFile(path), lease: undefined };
}

function readable(bytes: Buffer): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (const line of bytes.toString('utf8').split('\n')) {
    const record = parseRecord(line);
    if (wellFormed(record)) records.push(record);
  }
  return records;
}
