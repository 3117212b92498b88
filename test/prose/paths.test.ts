import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const LAYERS = readdirSync(join(ROOT, 'src'));

/** Paths in backticks: from the root, or a file of src named from there; none with a part to fill in. */
function pathsOf(text: string): string[] {
  return [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+)\/?`/g)]
    .map((match) => match[1]!)
    .filter((path) => {
      const first = path.split('/')[0]!;
      if (['src', 'test', 'docs'].includes(first)) return true;
      return LAYERS.includes(first) && /\.(ts|tsx|sh)$/.test(path);
    });
}

/** A test is named without its ending. */
const exists = (path: string) =>
  ['', '.test.ts', '.test.tsx', '.slow.test.ts', '.slow.test.tsx'].some((end) =>
    [path, join('src', path)].some((p) => existsSync(join(ROOT, p + end))),
  );

it.each(PAGES)('%s names only paths that exist', (page) => {
  expect(pathsOf(readFileSync(join(ROOT, page), 'utf8')).filter((path) => !exists(path))).toEqual([]);
});
