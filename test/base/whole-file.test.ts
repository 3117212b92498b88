import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeWhole } from '../../src/base/whole-file.ts';

it('writes of one process id at once, as of two containers, each leave a whole file and nothing beside it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-whole-'));
  const path = join(dir, 'file');
  const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(200_000));
  await Promise.all(texts.map((text) => writeWhole(path, text)));
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const refused = writeWhole(path, 'other', () => Promise.reject(new Error('not now')));
  await expect(refused).rejects.toThrow('not now');
  expect(texts).toContain(readFileSync(path, 'utf8'));
  expect(readdirSync(dir)).toEqual(['file']);
  rmSync(dir, { recursive: true });
});
