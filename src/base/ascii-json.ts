import { canonicalJson } from './canonical.ts';

/** Canonical JSON in printable ASCII, on one line: what a shell or a terminal may do to other bytes cannot reach it. */
export function asciiJson(value: unknown): string {
  return canonicalJson(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
