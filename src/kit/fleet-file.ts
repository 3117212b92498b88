import { readFile } from 'node:fs/promises';
import { usage } from '../base/errors.ts';
import { knownSnapshotKeys, readSnapshot } from '../fleet/snapshot.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { parseYaml, schemaError } from './yaml-file.ts';

/**
 * Reads fleet/<cluster>.json. JSON.parse is fast on thousands of nodes; only a file with a mistake
 * is read a second time by the YAML parser (JSON is YAML), which knows lines and columns.
 */
export async function readFleetFile(file: string, cluster: string): Promise<FleetSnapshot> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw usage(`no fleet snapshot for cluster ${cluster}`, {
      place: file,
      expected: 'a file as docs/kit.md describes it',
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    await parseYaml(text, file);
    throw usage(`not JSON: ${(cause as Error).message}`, { place: file, cause });
  }
  const read = readSnapshot(value, cluster);
  if ('snapshot' in read) return read.snapshot;
  throw schemaError(read.issues, await parseYaml(text, file), knownSnapshotKeys);
}
