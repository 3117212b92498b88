import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');
/** From the ground up: a folder imports from itself and from those before it. */
const ORDER = [
  'base',
  'fleet',
  'kit',
  'aws',
  'transport',
  'fanout',
  'node',
  'actions',
  'probe',
  'look',
  'receipts',
  'who',
  'status',
  'host-keys',
  'doctor',
  'plan',
  'run',
  'playbook',
  'rollout',
  'cli',
];

interface Import {
  from: string;
  to: string;
}

const imports: Import[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .flatMap((from) =>
    [...readFileSync(join(SRC, from), 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
      ([, to]) => ({
        from,
        to: relative(SRC, resolve(SRC, dirname(from), to!)),
      }),
    ),
  );
const folder = (path: string) => path.split('/')[0]!;
const told = (list: Import[]) => list.map(({ from, to }) => `${from} imports ${to}`);

describe('imports point one way', () => {
  it('from the command line down to the base', () => {
    const up = imports.filter(({ from, to }) => {
      const [a, b] = [ORDER.indexOf(folder(from)), ORDER.indexOf(folder(to))];
      return a >= 0 && b > a;
    });
    expect(told(up)).toEqual([]);
  });

  it('views and reports know runs by their shapes and the reading of a journal alone', () => {
    const allowed = (to: string) =>
      folder(to) === 'base' ||
      [
        'plan/types.ts',
        'plan/steps.ts',
        'plan/rollout/types.ts',
        'run/types.ts',
        'run/rollout-memory.ts',
        'run/memory.ts',
        'run/undo/choice.ts',
        'fanout/types.ts',
      ].includes(to);
    const room = (path: string) => (path.startsWith('cli/view/') ? 'view' : folder(path));
    const wrong = imports.filter(
      ({ from, to }) => ['view', 'report'].includes(room(from)) && room(to) !== room(from) && !allowed(to),
    );
    expect(told(wrong)).toEqual([]);
  });

  it('nothing but its verb knows the drill', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        folder(to) === 'drill' && folder(from) !== 'drill' && !/^cli\/(verbs\/drill\.ts|drill\/)/.test(from),
    );
    expect(told(wrong)).toEqual([]);
  });

  it('the drill knows nothing of what Fireaxe does', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        folder(from) === 'drill' && !['drill', 'base'].includes(folder(to)) && !to.endsWith('types.ts'),
    );
    expect(told(wrong)).toEqual([]);
  });

  it('no file imports itself through others, types included', () => {
    expect(circles()).toEqual([]);
  });
});

/** Sets of files each of which imports, directly or not, all others of its set: their names in order. */
function circles(): string[] {
  const importsOf = new Map<string, Set<string>>();
  for (const { from, to } of imports) importsOf.set(from, (importsOf.get(from) ?? new Set()).add(to));
  const reach = (from: string) => {
    const seen = new Set<string>();
    const next = [from];
    for (let file = next.pop(); file !== undefined; file = next.pop())
      for (const to of importsOf.get(file) ?? []) if (!seen.has(to)) next.push(to) && seen.add(to);
    return seen;
  };
  const reached = new Map([...importsOf.keys()].map((file) => [file, reach(file)]));
  const inCircle = [...reached].filter(([file, seen]) => seen.has(file));
  const sets = inCircle.map(([file, seen]) =>
    [...seen]
      .filter((other) => reached.get(other)?.has(file))
      .sort()
      .join(' '),
  );
  return [...new Set(sets)].sort();
}
