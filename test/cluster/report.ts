import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JournalRecord } from '../../src/run/types.ts';
import { cacheDir } from './build/binaries.mjs';
import type { Reading } from './record.ts';

/** Shows where the time of a recovery went: one line for each state change of a workstream, step or gate. */
export function timelineOf(journal: JournalRecord[]): string[] {
  const began = Date.parse(journal[0]!.at);
  const lines: string[] = [];
  for (const record of journal) {
    const text = lineOf(record);
    if (text) lines.push(`${clock(Date.parse(record.at) - began)} ${text}`);
  }
  return lines;
}

function lineOf(record: JournalRecord): string | undefined {
  switch (record.kind) {
    case 'workstream':
      return `workstream ${record.workstream} ${record.state}${record.why ? `: ${record.why}` : ''}`;
    case 'step':
      return `  step ${record.step} ${record.state}${record.why ? `: ${record.why}` : ''}`;
    case 'gate':
      return `  gate ${record.step} ${record.state}: ${record.reading}${record.why ? `: ${record.why}` : ''}`;
    case 'end':
      return `end ${record.verdict.state}`;
    default:
      return undefined;
  }
}

/** Seconds from the start of the run until a step reached one of these states. */
export function secondsUntil(journal: JournalRecord[], step: string, states: string[]): number | undefined {
  const found = journal.find(
    (record) => record.kind === 'step' && record.step === step && states.includes(record.state),
  );
  return found && Math.round((Date.parse(found.at) - Date.parse(journal[0]!.at)) / 1000);
}

export function readingLines(readings: Reading[], began: number): string[] {
  return readings.map(
    ({ at, servers, shop, notReady, memoryKills }) =>
      `${clock(at - began)} servers ${servers}; shop ${shop ? `${shop.ready} of ${shop.ready + shop.notReady} ready` : 'not known'}; nodes not ready ${notReady ?? 'not known'}; memory kills ${memoryKills}`,
  );
}

function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Prints a section and appends it to the report file (default: in the cache; FIREAXE_CLUSTER_REPORT names another file). */
export function report(title: string, lines: string[]): string {
  const name = `${new Date().toISOString().slice(0, 10)}.txt`;
  const path = process.env.FIREAXE_CLUSTER_REPORT ?? join(cacheDir(), 'reports', name);
  mkdirSync(dirname(path), { recursive: true });
  const text = `\n## ${title} (${new Date().toISOString()})\n${lines.join('\n')}\n`;
  appendFileSync(path, text);
  console.log(`${text}(also in ${path})`);
  return path;
}
