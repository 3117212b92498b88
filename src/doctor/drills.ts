import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../base/directories.ts';
import type { DrillRecord } from './drill.ts';

/** Beside the runs; a line for each drill. */
const FILE = 'drills.ndjson';

export async function recordDrill(state: string, drill: DrillRecord): Promise<void> {
  await makeDirectories(state);
  await appendFile(join(state, FILE), `${JSON.stringify({ schemaVersion: 1, ...drill })}\n`, { mode: 0o600 });
}

/** The last drill on record; invalid lines are skipped. */
export async function lastDrill(state: string): Promise<DrillRecord | undefined> {
  const text = await readFile(join(state, FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  const drills = text.split('\n').flatMap((line) => drillIn(line) ?? []);
  return drills.reduce<DrillRecord | undefined>(
    (a, b) => (a && Date.parse(a.at) > Date.parse(b.at) ? a : b),
    undefined,
  );
}

function drillIn(line: string): DrillRecord | undefined {
  try {
    const { at, scenario, recovered } = JSON.parse(line) as Record<string, unknown>;
    if (typeof at !== 'string' || Number.isNaN(Date.parse(at))) return undefined;
    return { at, scenario: String(scenario), recovered: recovered === true };
  } catch {
    return undefined;
  }
}
