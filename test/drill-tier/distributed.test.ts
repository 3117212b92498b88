import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mistakesIn } from '../cli/schema/printed.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const place = mkdtempSync(join(tmpdir(), 'fireaxe-distributed-'));
const release = join(place, 'release');
const tarball = `fireaxe-${version}.tgz`;
const modules = join(place, 'lib/node_modules');
const own = join(modules, 'fireaxe');
/** Nobody can make a directory there, not even root. */
const home = '/proc/home';
/** Two bundles and 150 MB to write. */
const BUILD_MS = 600_000;
const executable = `fireaxe-linux-${process.arch}`;

/** The newest Node, which makes executables; .ci/run has it. */
const newest = [process.env.FIREAXE_NODE_TOO, process.execPath].find(
  (node) => node && process.platform === 'linux' && makesExecutables(node),
);

function makesExecutables(node: string): boolean {
  const [major, minor] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    .split('.')
    .map(Number);
  return major! > 25 || (major === 25 && minor! >= 7);
}

function makeRelease(folder: string, ...words: string[]): void {
  execFileSync(process.execPath, [join(ROOT, 'build/release.mjs'), folder, ...words], { stdio: 'pipe' });
}

/** Without anything of the caller, and with a home that cannot be written. */
function run(command: string[], ...words: string[]) {
  const { status, stdout, stderr } = spawnSync(command[0]!, [...command.slice(1), ...words], {
    encoding: 'utf8',
    env: { PATH: join(place, 'node-alone'), HOME: home },
  });
  if (status !== null) expect(mistakesIn(words, { stdout, stderr })).toEqual([]);
  return { status, stdout, stderr };
}

const file = (path = join(release, 'fireaxe.mjs')) => [process.execPath, path];
const told = (command: string[]) => {
  const { status, stdout } = run(command, 'version', '--verify', '--output', 'json');
  return { status, ...JSON.parse(stdout) };
};

/** Plays the shortest drill. */
function recovers(command: string[]) {
  const { status, stdout } = run(command, 'drill', '--scenario', 'etcd-nospace', '--output', 'json');
  expect([0, 3]).toContain(status);
  expect(JSON.parse(stdout).recovered).toBe(true);
}

describe('a release', () => {
  beforeAll(() => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = join(place, 'key.pem');
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    makeRelease(release, '--key', key, ...(newest ? ['--node', `${process.arch}=${newest}`] : []));
    mkdirSync(join(place, 'node-alone'));
    symlinkSync(process.execPath, join(place, 'node-alone/node'));
    const off = ['--offline', '--cache', join(place, 'cache'), '--prefix', place];
    execFileSync('npm', ['install', '--global', ...off, join(release, tarball)], { stdio: 'pipe' });
  }, BUILD_MS);
  afterAll(() => rmSync(place, { recursive: true }));

  test('names every file in signed sums', () => {
    const sums = readFileSync(join(release, 'SHA256SUMS'));
    const signature = readFileSync(join(release, 'SHA256SUMS.sig'));
    expect(verify(null, sums, readFileSync(join(release, 'fireaxe.pub'), 'utf8'), signature)).toBe(true);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: release });
    expect(readdirSync(release).filter((name) => !sums.includes(`  ${name}\n`))).toEqual([
      'SHA256SUMS',
      'SHA256SUMS.sig',
    ]);
  });

  test(
    'is the same, byte for byte, when it is built again with the same key',
    () => {
      const again = join(place, 'again');
      makeRelease(again, '--key', join(place, 'key.pem'));
      for (const name of readdirSync(again).filter((name) => !name.startsWith('SHA256SUMS')))
        expect(readFileSync(join(again, name)).equals(readFileSync(join(release, name))), name).toBe(true);
    },
    BUILD_MS,
  );

  test('lists the bundled packages in its bill of materials, and no other', () => {
    const bill = JSON.parse(readFileSync(join(release, `fireaxe-${version}.cdx.json`), 'utf8'));
    expect(bill).toMatchObject({
      bomFormat: 'CycloneDX',
      metadata: { component: { name: 'fireaxe', version } },
    });
    const names = bill.components.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['ssh2', 'ink', '@aws-sdk/client-ssm', 'zod']));
    expect(names).not.toContain('vitest');
    const notice = readFileSync(join(own, 'dist/NOTICE'), 'utf8');
    for (const { name, version } of bill.components) expect(notice).toContain(`\n${name} ${version}: `);
  });

  test('installs as one small package without a network, with nothing to build', () => {
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['fireaxe']);
    expect(readFileSync(join(release, tarball)).length).toBeLessThan(4_000_000);
    expect(JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'))).not.toHaveProperty('scripts');
    expect(told([join(place, 'bin/fireaxe')])).toMatchObject({
      status: 0,
      form: 'package',
      files: { state: 'intact' },
    });
  });

  test('finds what was changed in its package, is missing from it or was added to its code', () => {
    const copy = join(place, 'copy');
    cpSync(own, copy, { recursive: true });
    appendFileSync(join(copy, 'playbooks/shed-load.yaml'), '# more\n');
    rmSync(join(copy, 'LICENSE'));
    writeFileSync(join(copy, 'dist/parts/more.js'), '');
    const command = [process.execPath, join(copy, 'bin/fireaxe.js')];
    expect(told(command)).toMatchObject({
      status: 7,
      files: {
        problems: [
          'LICENSE is missing',
          'dist/parts/more.js does not belong to this release',
          'playbooks/shed-load.yaml was changed',
        ],
      },
    });
    // Somebody who changed a file can write its sum, too.
    const sums = join(copy, 'dist/SHA256SUMS');
    writeFileSync(sums, readFileSync(sums, 'utf8').replace(/^[0-9a-f]{4}/, '0000'));
    expect(told(command)).toMatchObject({ status: 7, files: { problems: ['the signature does not match'] } });
    rmSync(sums);
    expect(told(command)).toMatchObject({ status: 3, files: { state: 'unsigned' } });
    const { publicKey } = generateKeyPairSync('ed25519');
    const other = join(place, 'other.pub');
    writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
    const { status, stdout } = run(file(), 'version', '--verify', '--key', other);
    expect({ status, stdout }).toMatchObject({
      status: 7,
      stdout: expect.stringContaining('does not match'),
    });
  });

  test('is one file that verifies itself, and recovers a drill with nothing but Node in PATH', () => {
    expect(told(file())).toMatchObject({ status: 0, form: 'file', files: { state: 'intact' } });
    const changed = join(place, 'changed.mjs');
    writeFileSync(
      changed,
      readFileSync(join(release, 'fireaxe.mjs'), 'utf8').replace('Fireaxe recovers', 'Fireaxe breaks'),
    );
    expect(told(file(changed))).toMatchObject({ status: 7, files: { state: 'changed' } });
    recovers(file());
  });

  test.skipIf(!newest)(
    'is an executable that needs no Node, where a Node that makes executables can be had',
    () => {
      rmSync(join(place, 'node-alone/node'), { force: true });
      const command = [join(release, executable)];
      expect(told(command)).toMatchObject({ status: 0, form: 'executable', files: { state: 'intact' } });
      expect(existsSync(join(release, 'LICENSE-node'))).toBe(true);
      recovers(command);
    },
  );
});
