type YamlMap = Record<string, unknown>;

/**
 * A cluster over the defaults: maps are merged key by key, at any depth. Anything else of the cluster stands instead of
 * the default, lists too. An empty value (`jump:` or `jump: null`) takes the default away.
 */
export function overDefaults(defaults: unknown, own: unknown): unknown {
  if (!isMap(defaults) || !isMap(own)) return own === undefined ? defaults : own;
  const merged = new Map(Object.entries(defaults));
  for (const [key, value] of Object.entries(own)) {
    if (value === null && merged.has(key)) merged.delete(key);
    else merged.set(key, overDefaults(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

/** Whether there is a value under a path. */
export function hasPath(value: unknown, path: readonly PropertyKey[]): boolean {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return true;
}

const isMap = (value: unknown): value is YamlMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
