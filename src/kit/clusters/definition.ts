import type { FireaxeError } from '../../base/errors.ts';
import { type ClusterFile, clusterSchema, defaultsSchema, knownClusterKeys } from '../schema/cluster.ts';
import { knownKitKeys } from '../schema/kit.ts';
import { schemaError, type YamlSource } from '../yaml-file.ts';
import { hasPath, overDefaults } from './merge.ts';

/** A map of a YAML file, and the path under which it stands there. */
export interface Layer {
  source: YamlSource;
  at: readonly PropertyKey[];
  value: unknown;
}

/** A cluster as the kit defines it, its defaults included. */
export interface Definition {
  file: ClusterFile;
  /** Where a value of it stands: in its own file, or among the defaults. */
  place(path: readonly PropertyKey[]): string;
}

/** Reads one cluster. Throws at the place of its first mistake. */
export function definitionOf(own: Layer, defaults: Layer | undefined): Definition {
  // An empty file is a cluster that has nothing but the defaults.
  const layer = own.value === null ? { ...own, value: {} } : own;
  const place = (path: readonly PropertyKey[], of?: 'key' | 'value') => {
    const from = defaults && !hasPath(layer.value, path) && hasPath(defaults.value, path) ? defaults : layer;
    return from.source.place([...from.at, ...path], of);
  };
  const parsed = clusterSchema.safeParse(overDefaults(defaults?.value, layer.value));
  if (!parsed.success) throw mistake(parsed.error.issues, own, place, knownClusterKeys);
  return { file: parsed.data, place };
}

/** Refuses a mistake in the defaults; what is missing there, each cluster may still have. */
export function checkDefaults(defaults: Layer): void {
  const parsed = defaultsSchema.safeParse(defaults.value);
  if (parsed.success) return;
  const issues = parsed.error.issues.filter(
    ({ code, path }) => code === 'unrecognized_keys' || hasPath(defaults.value, path),
  );
  if (issues.length === 0) return;
  const place = (path: readonly PropertyKey[], of?: 'key' | 'value') =>
    defaults.source.place([...defaults.at, ...path], of);
  throw mistake(issues, defaults, place, (path) => knownKitKeys(['defaults', ...path]));
}

/** The path as it stands in the file, so that the message and the file agree. */
function mistake(
  issues: readonly { path: PropertyKey[] }[],
  { source, at }: Layer,
  place: YamlSource['place'],
  known: (path: PropertyKey[]) => string[],
): FireaxeError {
  const there = issues.map((issue) => ({ ...issue, path: [...at, ...issue.path] }));
  const within = (path: readonly PropertyKey[]) => path.slice(at.length);
  return schemaError(there, { file: source.file, place: (path, of) => place(within(path), of) }, (path) =>
    known(within(path)),
  );
}
