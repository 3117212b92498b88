import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf, MOST_TEXT, packed, packer, roomForIds } from '../../../src/transport/ssm/packed.ts';
import { SHELLS } from '../../node/sandbox.ts';

const nonce = 'c0ffee0123456789';
const bare = mkdtempSync(join(tmpdir(), 'fireaxe-packed-'));
mkdirSync(join(bare, 'bin'));
const pathOf = (name: string) =>
  spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
for (const name of ['base64', 'gzip']) symlinkSync(pathOf(name), join(bare, 'bin', name));
afterAll(() => rmSync(bare, { recursive: true }));

const lines = Array.from({ length: 3000 }, (_, i) => `: 'line ${i} of "it" with \\ and $(nothing) – ü'`);
const LONG = [...lines, 'echo "$0 whole"', "printf '%s\\n' 'a b' '$c'", 'exit 7', ''].join('\n');

describe('a text for SSM', () => {
  it('is sent as it is where SSM takes it', () => {
    expect(packed('echo short\n', { nonce })).toBe('echo short\n');
    expect(bytesOf(LONG)).toBeGreaterThan(2 * MOST_TEXT);
    expect(bytesOf(packed(LONG, { nonce }))).toBeLessThan(MOST_TEXT);
  });

  it('is packed once as long as it is the same', () => {
    const pack = packer({ nonce });
    const first = pack(LONG);
    expect(first).toBe(packed(LONG, { nonce }));
    expect(pack(`${LONG}#\n`)).toBe(packed(`${LONG}#\n`, { nonce }));
    expect(pack('echo short\n')).toBe('echo short\n');
  });

  it('has room for no more ids than fit when they are added', () => {
    const ids = (count: number) =>
      Array.from({ length: count }, () => ` mi-${randomBytes(9).toString('hex').slice(1)}`).join('');
    const dense = randomBytes(45_000).toString('base64');
    for (const text of ['', LONG, LONG.slice(0, 50_000), dense.slice(0, 50_000), dense.slice(0, 59_990)]) {
      const room = roomForIds(text, 5000, { nonce });
      expect(bytesOf(packed(text + ids(room), { nonce }))).toBeLessThanOrEqual(MOST_TEXT);
      expect(roomForIds(text, 0, { nonce })).toBe(0);
    }
    expect(roomForIds(LONG.slice(0, 50_000), 1000, { nonce })).toBe(1000);
    expect(roomForIds(dense.slice(0, 50_000), 1000, { nonce })).toBeLessThan(500);
  });

  describe.each(SHELLS)('in %s', (...[shell, ...words]) => {
    const run = (text: string, path = process.env.PATH) => {
      const { status, stdout, stderr } = spawnSync(pathOf(shell!), words, {
        input: text,
        encoding: 'utf8',
        env: { PATH: path },
      });
      return { status, stdout, stderr };
    };

    it('does what the text itself does', () => {
      expect(run(packed(LONG, { nonce }))).toEqual(run(LONG));
      expect(run(LONG)).toMatchObject({ status: 7, stdout: expect.stringMatching(/whole\na b\n\$c\n$/) });
    });

    it('runs nothing where it cannot be unpacked whole, and says so', () => {
      const text = packed(LONG, { nonce });
      const at = text.length >> 1;
      const broken = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      // A shell that has them built in asks no PATH.
      const without = shell === 'busybox' ? [] : [run(text, '/nowhere')];
      for (const ended of [run(broken), ...without]) {
        expect(ended.status).toBe(4);
        expect(JSON.parse(ended.stdout)).toMatchObject({ nonce, state: 'refused', code: 'no-tool' });
      }
      expect(run(text, join(bare, 'bin')).status).toBe(7);
    });
  });
});
