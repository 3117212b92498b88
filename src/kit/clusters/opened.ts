import { FireaxeError } from '../../base/errors.ts';
import { clusterNamed } from '../cluster-named.ts';
import type { Kit } from '../types.ts';

/** Opens clusters that are not yet, into the kit. Why one cannot be is kept: it throws when that one is used. */
export async function openClusters(kit: Kit, names: readonly string[]): Promise<void> {
  const known = new Set(kit.index?.map(({ name }) => name));
  for (const name of names) {
    const tried = Object.hasOwn(kit.clusters, name) || Object.hasOwn(kit.unopened ?? {}, name);
    if (tried || !kit.open || !known.has(name)) continue;
    try {
      kit.clusters[name] = await kit.open(name);
    } catch (error) {
      if (!(error instanceof FireaxeError)) throw error;
      kit.unopened = { ...kit.unopened, [name]: error };
    }
  }
}

/** The kit with this cluster alone opened: its snapshot is forgotten with it. Throws where it cannot be opened. */
export async function kitOf(kit: Kit, name: string): Promise<Kit> {
  const known = Object.hasOwn(kit.clusters, name) ? { [name]: kit.clusters[name]! } : {};
  const { unopened: _, ...rest } = kit;
  const alone: Kit = { ...rest, clusters: known };
  await openClusters(alone, [name]);
  clusterNamed(alone, name);
  return alone;
}
