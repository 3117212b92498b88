import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES } from '../../src/cli/topics/pages.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const files = [DOCS, join(DOCS, 'actions')].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

describe('fireaxe help TOPIC', () => {
  let fireaxe: InProcess;
  withKit(InProcess, (made) => ({ fireaxe } = made));

  it('has every page of the documentation, under its name', () => {
    expect(Object.values(PAGES).sort()).toEqual(files.map((path) => readFileSync(path, 'utf8')).sort());
    for (const path of files) expect(PAGES[path.slice(path.lastIndexOf('/') + 1, -3)]).toBeDefined();
  });

  it('prints a page, lists all, and leaves verbs to their own help', async () => {
    expect((await fireaxe.run(['help', 'outcomes'])).stdout).toMatch(/^# Outcomes\n/);
    expect((await fireaxe.run(['help', 'topics'])).stdout).toMatch(/^ {2}exit-codes +Exit codes$/m);
    expect((await fireaxe.run(['help', 'fence'])).stdout).toMatch(/^Examples:/);
    expect((await fireaxe.run(['help', 'fence.md'])).stdout).toMatch(/^# fence/);
    const { code, stderr } = await fireaxe.run(['help', 'no-such']);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown verb "no-such"'),
    });
  });
});
