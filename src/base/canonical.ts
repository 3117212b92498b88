import { createHash } from 'node:crypto';

/** JSON with sorted keys and no spaces: equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) {
    let items = '';
    for (const item of value) items += `${items && ','}${canonicalJson(item ?? null)}`;
    return `[${items}]`;
  }
  if (value !== null && typeof value === 'object') {
    const object = value as Record<string, unknown>;
    let members = '';
    for (const key of Object.keys(object).sort()) {
      const member = object[key];
      if (member !== undefined) members += `${members && ','}${quoted(key)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** A fleet has a hundred thousand strings, nearly all of them plain. */
const PLAIN = /^[\w ./:@-]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** SHA-256 of the text, as 64 hex digits. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
