import { dirname } from 'node:path';
import { makeDirectories } from '../base/directories.ts';
import { FireaxeError, usage } from '../base/errors.ts';
import { writeWhole } from '../base/whole-file.ts';
import { knownSnapshotKeys, readSnapshot } from '../fleet/snapshot.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { duplicateKey } from './duplicate-key.ts';
import { readText } from './read-text.ts';
import { parseYaml, schemaError } from './yaml-file.ts';

/** Above this the YAML parser would take many seconds: the node's name has to do as the place. */
const MOST_PARSED_TWICE = 1 << 20;

/**
 * Reads fleet/<cluster>.json. JSON.parse is fast on thousands of nodes; only a file with a mistake
 * is read a second time by the YAML parser (JSON is YAML), which knows lines and columns.
 */
export async function readFleetFile(file: string, cluster: string): Promise<FleetSnapshot> {
  const text = await readText(file).catch((cause) => {
    throw unreadable(file, cluster, cause);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    if (text.length <= MOST_PARSED_TWICE) await parseYaml(text, file);
    throw usage(`not JSON: ${(cause as Error).message}`, { place: placeOf(cause, text, file), cause });
  }
  const read = readSnapshot(value, cluster);
  if ('issues' in read) {
    const small = text.length <= MOST_PARSED_TWICE;
    const source = small ? await parseYaml(text, file) : { file, place: nodeOf(value, file) };
    throw schemaError(read.issues, source, knownSnapshotKeys);
  }
  // JSON.parse takes the last of two: half a fleet would silently be gone.
  const twice = duplicateKey(text, value);
  if (twice) throw usage(`duplicate key ${twice.key}`, { place: lineOf(text, twice.at, file) });
  return read.snapshot;
}

function unreadable(file: string, cluster: string, cause: unknown): FireaxeError {
  if (cause instanceof FireaxeError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== 'ENOENT') return usage(`the fleet snapshot cannot be read (${code})`, { place: file, cause });
  return usage(`no fleet snapshot for cluster ${cluster}`, {
    place: file,
    expected: 'a file as docs/kit.md describes it',
    next: `fireaxe nodes -c ${cluster} --discover --save, where the cluster has a cloud`,
    cause,
  });
}

/** V8 tells the position of most mistakes. */
function placeOf(error: unknown, text: string, file: string): string {
  const at = /at position (\d+)/.exec((error as Error).message)?.[1];
  return at === undefined ? file : lineOf(text, Number(at), file);
}

function lineOf(text: string, at: number, file: string): string {
  const before = text.slice(0, at).split('\n');
  return `${file}:${before.length}:${before.at(-1)!.length + 1}`;
}

function nodeOf(value: unknown, file: string) {
  return ([list, index]: readonly PropertyKey[]): string => {
    const nodes = (value as { nodes?: unknown } | null)?.nodes;
    const node = list === 'nodes' && Array.isArray(nodes) ? nodes[Number(index)] : undefined;
    return typeof node?.name === 'string' ? `${file}: ${node.name}` : file;
  };
}

/** Writes a snapshot; the file is the old one or the new one, never half of it. `check` may still refuse it. */
export async function writeFleetFile(
  file: string,
  snapshot: FleetSnapshot,
  check?: () => Promise<void>,
): Promise<void> {
  await makeDirectories(dirname(file));
  await writeWhole(file, `${JSON.stringify(snapshot, null, 1)}\n`, check);
}
