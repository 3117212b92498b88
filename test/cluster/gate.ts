import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { JournalRecord } from '../../src/run/types.ts';
import type { Cluster } from './cluster.ts';

/** Writes a playbook of one workstream and returns its path. */
export function playbook(cluster: Cluster, name: string, steps: unknown[]): string {
  const path = join(cluster.facts.kit, `${name}.yaml`);
  const workstreams = [{ name: 'only', title: 'Only', steps }];
  writeFileSync(path, stringify({ schemaVersion: 1, name, title: 'Test', workstreams }), { mode: 0o600 });
  return path;
}

/** What a gate journaled, oldest first. */
export function gateRecords(journal: JournalRecord[], step: string) {
  return journal.flatMap((record) =>
    record.kind === 'gate' && record.step === step
      ? [{ at: Date.parse(record.at), state: record.state, reading: record.reading }]
      : [],
  );
}
