/** A field in which two objects differ; `undefined` where it is absent. */
export interface Difference {
  path: string[];
  from?: unknown;
  to?: unknown;
  /** Names of the list items on the way: an index alone may mean another item later. */
  items: { path: string[]; value: unknown }[];
}

type Members = Record<string, unknown>;

/** Field by field; a list of other length or order is one field. */
export function differences(
  from: unknown,
  to: unknown,
  path: string[] = [],
  items: Difference['items'] = [],
): Difference[] {
  const [a, b] = [from ?? undefined, to ?? undefined];
  if (isMembers(a) && isMembers(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differences(a[key], b[key], [...path, key], items));
  }
  if (Array.isArray(a) && Array.isArray(b) && sameItems(a, b)) {
    return a.flatMap((item, i) => {
      const here = [...path, String(i)];
      const name = nameOf(item);
      const known = name === undefined ? items : [...items, { path: [...here, 'name'], value: name }];
      return differences(item, b[i], here, known);
    });
  }
  if (JSON.stringify(a) === JSON.stringify(b)) return [];
  refuseRounded(a, path);
  refuseRounded(b, path);
  return [{ path, ...(a !== undefined && { from: a }), ...(b !== undefined && { to: b }), items }];
}

/** As in a manifest: `.spec.template.spec.containers[0].image`. */
export function fieldName(path: string[]): string {
  return path.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const nameOf = (item: unknown) => (isMembers(item) ? item.name : undefined);

function sameItems(a: unknown[], b: unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => nameOf(item) === nameOf(b[i]));
}

/** JavaScript rounds such a number when it reads it, so it cannot be sent back as it was. */
function refuseRounded(value: unknown, path: string[]): void {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Error(`${fieldName(path)} has a number that is too large to be restored`);
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) refuseRounded(inner, [...path, key]);
  }
}
