import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import flat from '../../../src/actions/dns-hold/flat.sh';
import load from '../../../src/actions/dns-hold/load.sh';
import { compose } from '../../../src/node/compose.ts';
import { library } from '../../../src/node/lib/index.ts';
import { type Sandbox, SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const OWN = 'cluster.local:53 {\n    forward . 10.96.0.99\n}\n';
const SHOWN = '# fireaxe\nwith the table\n';
const HOME = '/run/fireaxe/dns-hold';
const ETC = '/proc/4711/root/etc/deep';
/** As the watch has it, after it found the cache. */
const script = `FX_ROOT=$FIREAXE_ROOT\nset -f\n${compose(['load'], { ...library, flat, load })}\nDS_CONF=/etc/deep/Corefile DS_NAME=Corefile DS_FLAT=4711\n`;

/** A cache on the node, and how often it was started. */
function cache(box: Sandbox): { file: string; read: () => string; names: () => string[] } {
  box.file(`${ETC}/Corefile`, OWN);
  box.file('/host/deep/Corefile', 'of the host\n');
  box.file(`${HOME}/Corefile`, 'with the table\n');
  born(box, 100);
  const dir = join(box.root, ETC);
  return {
    file: join(dir, 'Corefile'),
    read: () => readFileSync(join(dir, 'Corefile'), 'utf8'),
    names: () => readdirSync(dir),
  };
}

const born = (box: Sandbox, at: number) =>
  box.file('/proc/4711/stat', `4711 (node-cache) S 1${' 0'.repeat(17)} ${at} 0\n`);

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  const show = (box: Sandbox) => box.run(`${script}dh_flat_keep && dh_flat_show; echo "= $?"`, shell);
  const straight = (box: Sandbox) => box.run(`${script}dh_flat_straight; echo "= $?"`, shell);

  test('shows the table, and its own text again, also after an attempt that was killed', async ({ box }) => {
    const { read, names } = cache(box);
    expect((await show(box)).stdout).toBe('= 0\n');
    expect(read()).toBe(SHOWN);
    // No text is put aside twice: the second would be the table.
    expect((await show(box)).stdout).toBe('= 1\n');
    box.file(`${ETC}/.fireaxe-1`, 'half');
    box.file(`${HOME}/caches/4711/new`, './.fireaxe-1\n');
    expect((await straight(box)).stdout).toBe('= 0\n');
    expect(read()).toBe(OWN);
    expect(names()).toEqual(['Corefile']);
    expect(existsSync(join(box.root, HOME, 'caches/4711'))).toBe(false);
  });

  test('puts back nothing that it did not put aside of this process, and over nothing that it did not show', async ({
    box,
  }) => {
    const { read } = cache(box);
    box.file(`${ETC}/Corefile`, SHOWN);
    box.file(`${ETC}/Corefile.fireaxe`, 'planted\n');
    await straight(box);
    expect(read()).toBe(SHOWN);

    box.file(`${ETC}/Corefile`, OWN);
    await show(box);
    born(box, 200);
    await straight(box);
    expect(read()).toBe(SHOWN);

    box.file(`${ETC}/Corefile`, OWN);
    await show(box);
    box.file(`${ETC}/Corefile`, '# fireaxe\nof the cache\n');
    await straight(box);
    expect(read()).toBe('# fireaxe\nof the cache\n');
  });

  test.each([
    ['the file', 'Corefile', '/host/deep/Corefile'],
    ['its folder', '', '/host/deep'],
    ['the folder above', '..', '/host'],
  ])(
    'touches no file of the host where %s became a link, before or after it was shown',
    async (_t, name, to) => {
      const { Sandbox } = await import('../../node/sandbox.ts');
      for (const first of [false, true]) {
        const box = new Sandbox();
        try {
          cache(box);
          if (first) await show(box);
          box.file('/host/deep/Corefile', first ? SHOWN : 'of the host\n');
          const path = join(box.root, ETC, name);
          rmSync(path, { recursive: true });
          symlinkSync(join(box.root, to), path);
          if (!first) expect((await show(box)).stdout).toBe('= 1\n');
          expect((await straight(box)).stdout).toBe('= 0\n');
          expect(readFileSync(join(box.root, 'host/deep/Corefile'), 'utf8')).toBe(
            first ? SHOWN : 'of the host\n',
          );
          expect(readdirSync(join(box.root, 'host/deep'))).toEqual(['Corefile']);
          expect(lstatSync(path).isSymbolicLink()).toBe(true);
        } finally {
          box.remove();
        }
      }
    },
  );

  test('leaves a folder, and a text that is too long for one', async ({ box }) => {
    const { file } = cache(box);
    rmSync(file);
    mkdirSync(file);
    expect((await show(box)).stdout).toBe('= 1\n');
    rmSync(file, { recursive: true });
    box.file(`${ETC}/Corefile`, 'x'.repeat(9_000_000));
    expect((await show(box)).stdout).toBe('= 1\n');
  });

  test('tells no process to read a Corefile that could not be put back', async ({ box }) => {
    const { read } = cache(box);
    const told = `${script}DS_KIND=node-local DS_DOMAIN=cluster.local DS_DIR=/\nkill() { echo told; }\ndh_await() { :; }\nsleep() { :; }\n`;
    box.file(`${HOME}/table`, '192.0.2.1 hold.fireaxe\n');
    // It writes, and says that it did not.
    const half = `dh_flat_put() { cat "$1" >"$FX_ROOT${ETC}/Corefile" && return 1; }\n`;
    expect((await box.run(`${told}${half}dh_hold 4711; echo "= $?"`, shell)).stdout).toBe('= 1\n');
    expect(read()).toBe(OWN);
    box.file(`${ETC}/Corefile`, OWN);
    rmSync(join(box.root, HOME, 'caches'), { recursive: true });
    await show(box);
    expect(
      (await box.run(`${told}dh_flat_put() { return 1; }\ndh_free 4711; echo "= $?"`, shell)).stdout,
    ).toBe('= 1\n');
    expect((await box.run(`${told}dh_free 4711; echo "= $?"`, shell)).stdout).toBe('told\n= 0\n');
    expect(read()).toBe(OWN);
  });

  test('waits longer for a cache to be free, and does not take one lost answer for it', async ({ box }) => {
    const states = (from: string) => `sleep() { :; }
dh_state() {
  T=$((T + 1)) DH_STATE=held DH_CODE=NOERROR
  case $T in ${from}) DH_STATE=fails DH_CODE=no-answer ;; esac
}
`;
    const free = async (from: string, more = '') =>
      (
        await box.run(
          `${script}${states(from)}DS_KIND=node-local T=0 ${more}\ndh_await free; echo "$? $T"`,
          shell,
        )
      ).stdout;
    expect(await free('3|6|7')).toBe('0 7\n');
    expect(await free('100|101')).toBe('0 101\n');
    expect(await free('6?', 'FX_DEADLINE=20')).toBe('1 30\n');
    expect(await free('60|61', 'DS_KIND=pod')).toBe('1 30\n');
  });
});
