import { type Difference, isMembers } from './differences.ts';

/** JSON Patch: the API server itself compares the fields and changes them, in one request. */
export interface PatchOp {
  op: 'test' | 'add' | 'replace' | 'remove';
  path: string;
  value?: unknown;
}

/** Changes the fields from one object to the other, and nothing if one of them has another value by now. */
export function changing(all: Difference[]): PatchOp[] {
  return [...testing(all), ...all.map(operation)];
}

/** Changes them back. */
export function changingBack(all: Difference[]): PatchOp[] {
  return changing(all.flatMap((one) => labelByLabel(turned(one))));
}

/** Whether the fields have the values before the change. A test of `null` holds where there is no such field. */
export function testing(all: Difference[]): PatchOp[] {
  return all.flatMap(({ path, from, items }) => [
    ...items.map((item): PatchOp => ({ op: 'test', path: pointer(item.path), value: item.value })),
    { op: 'test', path: pointer(path), value: from ?? null },
  ]);
}

/** Whether they have the values after it. */
export function testingAfter(all: Difference[]): PatchOp[] {
  return testing(all.flatMap((one) => labelByLabel(turned(one))));
}

function operation({ path, from, to }: Difference): PatchOp {
  if (to === undefined) return { op: 'remove', path: pointer(path) };
  return { op: from === undefined ? 'add' : 'replace', path: pointer(path), value: to };
}

export const turned = ({ from: to, to: from, path, items }: Difference): Difference => ({
  path,
  items,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

/** Controllers add annotations of their own: where all of them are to go, only the known ones do. */
function labelByLabel(one: Difference): Difference[] {
  const { path, from, to, items } = one;
  const map = path.length === 2 && path[0] === 'metadata' && /^(labels|annotations)$/.test(path[1]!);
  if (!map || to !== undefined || !isMembers(from)) return [one];
  return Object.entries(from).map(([key, value]) => ({ path: [...path, key], from: value, items }));
}

export const pointer = (path: string[]) =>
  path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Escaped as the API server does, which compares texts byte by byte. */
export function patchText(operations: PatchOp[]): string {
  return JSON.stringify(operations).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
