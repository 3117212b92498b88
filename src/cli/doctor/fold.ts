import type { Finding } from '../../doctor/types.ts';

/** More clusters than these are counted where all is well with them. */
const MOST = 3;

/** What is alike of several clusters in one line; with many of them, what is green is only counted. */
export function folded(findings: readonly Finding[]): Finding[] {
  const clusters = new Set(findings.flatMap(({ clusters = [] }) => clusters));
  const many = clusters.size > MOST;
  const groups = new Map<string, Finding>();
  for (const one of findings) {
    const { check, state, what, chain, next, clusters = [] } = one;
    const counted = many && state === 'green' && clusters.length > 0;
    const key = JSON.stringify(counted ? [check, state] : [check, state, what, chain, next]);
    const before = groups.get(key);
    const names = [...new Set([...(before?.clusters ?? []), ...clusters])];
    groups.set(key, {
      ...one,
      ...(names.length > 0 && { clusters: names }),
      ...(counted && { what: names.length === 1 ? what : `${names.length} clusters` }),
    });
  }
  return [...groups.values()];
}
