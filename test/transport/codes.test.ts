import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REASONS } from '../../src/transport/codes/reasons.ts';
import { RESULTS } from '../../src/transport/codes/results.ts';
import { STATES } from '../../src/transport/codes/states.ts';
import type { Explained } from '../../src/transport/codes/types.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/outcomes.md'), 'utf8');

/** The rows of one section's table. */
function rows(heading: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section.split('\n').filter((line) => line.startsWith('| `'));
}
const row = ([code, { means, next }]: [string, Explained]) => `| \`${code}\` | ${means} | ${next} |`;

describe('docs/outcomes.md', () => {
  it.each([
    ['States', STATES],
    ['Reasons', REASONS],
    ['Result codes', RESULTS],
  ])('lists every entry of %s, and no other', (heading, table) => {
    expect(rows(heading)).toEqual(Object.entries(table).map(row));
  });
});

describe('node scripts', () => {
  const scripts = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.sh') && !path.startsWith('drill/'))
    .map((path) => [path, readFileSync(join(ROOT, 'src', path), 'utf8')] as const);
  const sent = scripts.flatMap(([path, text]) =>
    [...text.matchAll(/\b(?:fx_refuse|fx_fail|ko_fail) +([^\s;&|)]+)|\bFX_CODE=([a-z0-9-]+)/g)].map(
      ([, called, set]) => ({ path, code: called ?? set! }),
    ),
  );

  it('send only codes of the table', () => {
    expect(sent.length).toBeGreaterThan(100);
    expect(sent.filter(({ code }) => !Object.hasOwn(RESULTS, code) && code !== '"$1"')).toEqual([]);
  });

  it('and cloud actions send every code of it', () => {
    const actions = readdirSync(join(ROOT, 'src/actions'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(ROOT, 'src/actions', path), 'utf8'))
      .join('\n');
    const known = new Set(sent.map(({ code }) => code));
    const unsent = Object.keys(RESULTS).filter((code) => !known.has(code) && !actions.includes(`'${code}'`));
    expect(unsent).toEqual([]);
  });
});

it('every reason is given somewhere', () => {
  const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/^(drill|transport\/codes)\//.test(path))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n');
  expect(Object.keys(REASONS).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
});
