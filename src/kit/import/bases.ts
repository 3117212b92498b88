import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories } from '../../base/directories.ts';
import { usage } from '../../base/errors.ts';
import { writeWhole } from '../../base/whole-file.ts';
import type { ImportedNode, SourceKind } from './types.ts';

/** What each source said at the last import, by its kind: what differs from it in the snapshot was written by hand. */
export type Bases = Map<string, ImportedNode[]>;

const folder = (kit: string, cluster: string): string => join(kit, 'imports', cluster);

export async function readBases(kit: string, cluster: string): Promise<Bases> {
  const directory = folder(kit, cluster);
  const files = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const bases: Bases = new Map();
  for (const file of files.filter((name) => name.endsWith('.json'))) {
    const path = join(directory, file);
    const nodes = nodesIn(await readFile(path, 'utf8'));
    if (!nodes)
      throw usage('not what the last import said', {
        place: path,
        next: 'remove this file, and import again',
      });
    bases.set(file.replace(/\.json$/, ''), nodes);
  }
  return bases;
}

function nodesIn(text: string): ImportedNode[] | undefined {
  try {
    const { nodes } = JSON.parse(text) as { nodes?: unknown };
    const whole =
      Array.isArray(nodes) &&
      nodes.every((node) => typeof node?.name === 'string' && typeof node.labels === 'object');
    return whole ? (nodes as ImportedNode[]) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeBase(
  kit: string,
  cluster: string,
  kind: SourceKind,
  nodes: readonly ImportedNode[],
): Promise<void> {
  const directory = folder(kit, cluster);
  await makeDirectories(directory);
  await writeWhole(
    join(directory, `${kind}.json`),
    `${JSON.stringify({ schemaVersion: 1, nodes }, null, 1)}\n`,
  );
}
