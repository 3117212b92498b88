/** `$${` stands for `${`, as in a script that has variables of its own. */
const REFERENCE = /\$\$\{|\$\{([a-z][a-z0-9-]*)\}/g;

/** Puts parameters in the place of `${name}` in every text of a value. Unknown names were refused when the playbook was read. */
export function interpolate<T>(value: T, parameters: Record<string, string>): T {
  return mapTexts(value, (text) =>
    text.replace(REFERENCE, (whole, name?: string) =>
      name === undefined ? '${' : (parameters[name] ?? whole),
    ),
  ) as T;
}

/** Puts texts, which may refer to parameters themselves, in the place of `${name}`; what is escaped stays escaped. */
export function fill<T>(value: T, texts: Record<string, string>): T {
  return mapTexts(value, (text) =>
    text.replace(REFERENCE, (whole, name?: string) => (name === undefined ? whole : (texts[name] ?? whole))),
  ) as T;
}

/** Names that a value refers to. */
export function parametersIn(value: unknown): Set<string> {
  const names = new Set<string>();
  mapTexts(value, (text) => {
    for (const match of text.matchAll(REFERENCE)) if (match[1] !== undefined) names.add(match[1]);
    return text;
  });
  return names;
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((v) => mapTexts(v, map));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapTexts(v, map)]));
  }
  return value;
}
