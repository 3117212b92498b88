import { readFile } from 'node:fs/promises';
import type { JournalRecord } from '../types.ts';
import type { JournalReading } from './read.ts';
import { parseRecord, wellFormed } from './record-shape.ts';

/**
 * The first record of a journal and those of one kind. The rest is passed over, and nothing is checked: enough for what
 * only offers words, where a large journal would take seconds.
 */
export async function skimJournal(path: string, kind: JournalRecord['kind']): Promise<JournalReading> {
  const bytes = await readFile(path);
  const records: JournalRecord[] = [];
  const take = (from: number): number => {
    const newline = bytes.indexOf(10, from);
    const end = newline < 0 ? bytes.length : newline;
    const record = parseRecord(bytes.toString('utf8', from, end));
    if (wellFormed(record) && (from === 0 || record.kind === kind)) records.push(record);
    return end;
  };
  // In a text inside a record its quotes are escaped.
  const mark = `"kind":${JSON.stringify(kind)}`;
  for (let at = bytes.indexOf(mark, take(0)); at >= 0; )
    at = bytes.indexOf(mark, take(bytes.lastIndexOf(10, at) + 1));
  return { records, intact: false, sealed: false };
}
