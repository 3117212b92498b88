import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cksum } from '../../src/transport/cksum.ts';

test('is what cksum prints, whatever the length', () => {
  for (let length = 0; length < 70_000; length = length * 3 + 1) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 7919 + (i >> 5)) & 0xff));
    const { stdout } = spawnSync('cksum', { input: bytes, encoding: 'utf8' });
    expect(stdout.trim()).toBe(`${cksum(bytes)} ${length}`);
  }
});
