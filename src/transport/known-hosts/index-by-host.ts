import { createHmac } from 'node:crypto';
import type { KnownHostLine } from './line.ts';

/** Finds the lines that speak of a name; fast for thousands of names and lines. */
export interface KnownHostsIndex<L> {
  linesFor(name: string): readonly L[];
}

/**
 * Plain names are looked up, patterns are tried one by one, and hashed names cost one HMAC each.
 * A hashed line that has found its name is never hashed again: it belongs to no other.
 */
export function indexKnownHosts<L extends Pick<KnownHostLine, 'hosts'>>(
  lines: readonly L[],
): KnownHostsIndex<L> {
  const plain = new Map<string, L[]>();
  const wild: { line: L; matches: (name: string) => boolean }[] = [];
  let salted: { salt: Buffer; hash: Buffer; line: L }[] = [];
  for (const line of lines) {
    if ('hash' in line.hosts) salted.push({ ...line.hosts, line });
    else if (line.hosts.patterns.some((pattern) => /[*?!]/.test(pattern)))
      wild.push({ line, matches: patternList(line.hosts.patterns) });
    else for (const name of new Set(line.hosts.patterns)) append(plain, name, line);
  }
  const found = new Map<string, readonly L[]>();

  function linesFor(written: string): readonly L[] {
    const name = written.toLowerCase();
    const before = found.get(name);
    if (before) return before;
    const all = [
      ...(plain.get(name) ?? []),
      ...wild.filter((entry) => entry.matches(name)).map((entry) => entry.line),
      ...takeHashed(name),
    ];
    found.set(name, all);
    return all;
  }

  function takeHashed(name: string): L[] {
    const ofName = new Set(
      salted.filter(({ salt, hash }) => createHmac('sha1', salt).update(name).digest().equals(hash)),
    );
    if (ofName.size > 0) salted = salted.filter((entry) => !ofName.has(entry));
    return [...ofName].map((entry) => entry.line);
  }
  return { linesFor };
}

function append<L>(map: Map<string, L[]>, name: string, line: L): void {
  const list = map.get(name);
  if (list) list.push(line);
  else map.set(name, [line]);
}

/** One negated hit turns the whole list down, wherever it stands. */
function patternList(patterns: string[]): (name: string) => boolean {
  const parts = patterns.map((pattern) => ({
    negated: pattern.startsWith('!'),
    regex: glob(pattern.replace(/^!/, '')),
  }));
  return (name) => {
    const hits = parts.filter((part) => part.regex.test(name));
    return hits.length > 0 && !hits.some((hit) => hit.negated);
  };
}

function glob(pattern: string): RegExp {
  const body = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}$`, 's');
}
