import { createHash } from 'node:crypto';

/** JSON with sorted keys and no spaces: equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  const copy = inOrder(value);
  return copy === ODD ? spelled(value) : (JSON.stringify(copy) ?? 'null');
}

const ODD = Symbol('odd');
const ODD_KEY = /^(?:\d|__proto__$)/;

/**
 * A copy whose keys JSON.stringify writes in their order, which is far faster than to spell the text. ODD where no object has
 * them in that order: those that are numbers always come first.
 */
function inOrder(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    return items.includes(ODD) ? ODD : items;
  }
  const object = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(object).sort()) {
    const member = ODD_KEY.test(key) ? ODD : inOrder(object[key]);
    if (member === ODD) return ODD;
    copy[key] = member;
  }
  return copy;
}

function spelled(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => spelled(item ?? null)).join(',')}]`;
  const object = value as Record<string, unknown>;
  const members = Object.keys(object)
    .sort()
    .filter((key) => object[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${spelled(object[key])}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of the text, as 64 hex digits. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
