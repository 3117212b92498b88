import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FireaxeError, usage } from '../../base/errors.ts';
import { readText } from '../read-text.ts';
import type { KitFile } from '../schema/kit.ts';
import { name as clusterName } from '../schema/values.ts';
import { parseYaml, type YamlSource } from '../yaml-file.ts';
import { checkDefaults, type Definition, definitionOf, type Layer } from './definition.ts';
import type { ClusterEntry } from './types.ts';

/** A cluster of the kit that was read, or why it could not be. Nothing that it names was looked at. */
export interface DefinedCluster {
  entry: ClusterEntry;
  definition?: Definition;
}

/** Its own map, where it could be read. */
interface Found {
  name: string;
  place: string;
  layer?: Layer;
  problem?: FireaxeError;
}

/** The clusters of kit.yaml and those of clusters/*.yaml. A mistake in the defaults is one of all, any other of one. */
export async function readClusters(path: string, kit: YamlSource, file: KitFile): Promise<DefinedCluster[]> {
  const defaults =
    file.defaults === undefined || file.defaults === null
      ? undefined
      : { source: kit, at: ['defaults'], value: file.defaults };
  if (defaults) checkDefaults(defaults);
  const found = [...inKitFile(kit, file), ...(await inFiles(join(path, 'clusters')))];
  if (found.length === 0) throw noCluster(kit.file);
  const places = new Map<string, string[]>();
  for (const { name, place } of found) places.set(name, [...(places.get(name) ?? []), place]);
  const once = found.filter(({ name, place }) => places.get(name)![0] === place);
  return once.map((one) => defined(one, places.get(one.name)!, defaults));
}

function inKitFile(kit: YamlSource, { clusters }: KitFile): Found[] {
  return Object.entries(clusters).map(([name, value]) => {
    const at = ['clusters', name];
    return { name, place: kit.place(at, 'key'), layer: { source: kit, at, value } };
  });
}

async function inFiles(directory: string): Promise<Found[]> {
  const names = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw usage(`the clusters cannot be read (${cause.code})`, { place: directory, cause });
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.')).sort();
  return Promise.all(files.map((file) => inFile(directory, file)));
}

async function inFile(directory: string, file: string): Promise<Found> {
  const place = join(directory, file);
  const name = file.replace(/\.ya?ml$/, '');
  if (!clusterName.safeParse(name).success) {
    const expected = 'letters, digits and ._- before .yaml';
    return { name, place, problem: usage('not the name of a cluster', { place, expected }) };
  }
  try {
    const source = await parseYaml(await readText(place), place);
    return { name, place, layer: { source, at: [], value: source.value } };
  } catch (error) {
    return { name, place, problem: problemOf(error, place) };
  }
}

function defined({ name, layer, problem }: Found, places: string[], defaults?: Layer): DefinedCluster {
  const broken = (why: FireaxeError) => ({ entry: { name, labels: {}, problem: why } });
  if (places.length > 1) return broken(twice(name, places));
  if (!layer) return broken(problem!);
  try {
    const definition = definitionOf(layer, defaults);
    const { labels, order, size, cloud } = definition.file;
    const hints = { ...(order !== undefined && { order }), ...(size !== undefined && { size }) };
    return { entry: { name, labels, ...hints, ...(cloud && { cloud: placeOf(cloud) }) }, definition };
  } catch (error) {
    return broken(problemOf(error, layer.source.file));
  }
}

const placeOf = ({ profile, region }: { profile?: string | undefined; region: string }) => ({
  region,
  ...(profile !== undefined && { profile }),
});

function noCluster(file: string): FireaxeError {
  const expected = '`clusters:` in kit.yaml, or a file clusters/<name>.yaml for each';
  return usage('no cluster in the kit', { place: file, expected });
}

function twice(name: string, [first, ...others]: string[]): FireaxeError {
  return usage(`the cluster ${name} is defined twice`, {
    place: others.join(', '),
    expected: `one definition: it has one at ${first}`,
  });
}

function problemOf(error: unknown, place: string): FireaxeError {
  if (error instanceof FireaxeError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return usage(`the file cannot be read (${code})`, { place, cause: error });
}
