import { readFile } from 'node:fs/promises';
import type { JournalRecord } from '../types.ts';
import { readChain } from './chain.ts';
import { changedJournal } from './changed.ts';
import { type LeaseText, lastLease } from './lease-file.ts';
import { wellFormed } from './record-shape.ts';
import { brokenSeal } from './seal.ts';

export interface JournalReading {
  records: JournalRecord[];
  /** One writer's whole chain, as it was closed. */
  intact: boolean;
  /** It was closed by its writer and is still what it was then. */
  sealed: boolean;
  problem?: string;
  /** Why nothing may be done by the records: they are what can still be read. */
  changed?: Error;
  /** Two writers wrote it: what is known may be undone, and no more. */
  forked?: Error;
}

/** Reads a journal as it is, whatever became of it, without being its writer. */
export async function readJournal(path: string): Promise<JournalReading> {
  const { bytes, lease } = await readBoth(path);
  const seal = lease?.seal;
  try {
    const { records, tornBytes, forked } = readChain(bytes, path);
    const broken = seal && brokenSeal(seal, bytes);
    if (broken) throw changedJournal(path, broken);
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

/** A writer may open or close the journal while we read: a seal speaks of what we read only if it stood all the while. */
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
    try {
      const record: unknown = JSON.parse(line);
      if (wellFormed(record)) records.push(record);
    } catch {}
  }
  return records;
}
