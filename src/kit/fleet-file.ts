import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
      next: `fireaxe nodes -c ${cluster} --discover --save, where the cluster has a cloud`,
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

/** Writes a snapshot; the file is the old one or the new one, never half of it. */
export async function writeFleetFile(file: string, snapshot: FleetSnapshot): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.partial-${process.pid}`;
  await writeFile(partial, `${JSON.stringify(snapshot, null, 1)}\n`, { mode: 0o600 });
  await rename(partial, file);
}
