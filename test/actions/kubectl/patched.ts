import type { PatchOp } from '../../../src/actions/kubectl/json-patch.ts';

/** A JSON Patch as the API server carries it out: all of it or, where a test fails, nothing. */
export function patched<T>(object: T, operations: PatchOp[]): T {
  const whole = structuredClone(object);
  for (const { op, path, value } of operations) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop()!;
    let place = whole as Record<string, unknown>;
    for (const key of keys) {
      if (typeof place[key] !== 'object' || place[key] === null)
        throw new Error(`${op} ${path}: no such place`);
      place = place[key] as Record<string, unknown>;
    }
    if (op === 'test') {
      if (JSON.stringify(place[last] ?? null) !== JSON.stringify(value))
        throw new Error(`test ${path} failed`);
    } else if (op === 'add') {
      place[last] = value;
    } else {
      if (!(last in place)) throw new Error(`${op} ${path}: missing`);
      if (op === 'remove') delete place[last];
      else place[last] = value;
    }
  }
  return whole;
}
