import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clearLabDir } from '../../../src/cli/drill/lab-dir.ts';

describe('the directory of a lab', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'fireaxe-lab-dir-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('is emptied of a former lab', async () => {
    writeFileSync(join(dir, 'lab.log'), '');
    mkdirSync(join(dir, 'kit'));
    await clearLabDir(dir);
    expect(existsSync(dir)).toBe(false);
  });

  it('may be new or empty', async () => {
    await clearLabDir(dir);
    await clearLabDir(join(dir, 'new'));
  });

  it('is left alone when it holds anything else, such as somebody’s home', async () => {
    writeFileSync(join(dir, 'thesis.txt'), 'years of work');
    await expect(clearLabDir(dir)).rejects.toMatchObject({ kind: 'usage', place: dir });
    expect(existsSync(join(dir, 'thesis.txt'))).toBe(true);
    await expect(clearLabDir(join(dir, 'thesis.txt'))).rejects.toMatchObject({ kind: 'usage' });
  });
});
