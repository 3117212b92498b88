import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const place = mkdtempSync(join(tmpdir(), 'fireaxe-installed-'));
const modules = join(place, 'lib/node_modules');
const own = join(modules, 'fireaxe');

/** With an empty cache and no registry: a machine without a network. */
function npm(...args: string[]): string {
  const off = ['--offline', '--cache', join(place, 'cache')];
  return execFileSync('npm', [...args, ...off], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

describe('the package as it is distributed', () => {
  beforeAll(() => {
    // The tier has built it.
    const [packed] = JSON.parse(npm('pack', '--ignore-scripts', '--json', '--pack-destination', place));
    npm('install', '--global', '--prefix', place, join(place, packed.filename));
  });
  afterAll(() => rmSync(place, { recursive: true }));

  test('installs with no network, alone, in less than 20 MB', () => {
    expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['fireaxe']);
    expect(existsSync(join(own, 'node_modules'))).toBe(false);
    const files = readdirSync(own, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(own, name)),
    );
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    expect(bytes).toBeLessThan(20_000_000);
  });

  test('runs, with its man page and schemas', () => {
    const fireaxe = (...args: string[]) =>
      execFileSync(join(place, 'bin/fireaxe'), args, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(fireaxe('--version').trim()).toBe(`fireaxe ${version}`);
    expect(fireaxe('plan', '--help')).toContain('control-plane-lockout');
    expect(readFileSync(join(place, 'share/man/man1/fireaxe.1'), 'utf8')).toBe(fireaxe('help', 'man'));
    expect(readFileSync(join(own, 'schemas/kit.schema.json'), 'utf8')).toBe(fireaxe('schema', 'kit'));
  });

  test('has the node scripts to read, and the licence of every package in the bundle', () => {
    expect(readFileSync(join(own, 'src/actions/fence/hosts.sh'), 'utf8')).toContain('hosts_undo()');
    const notice = readFileSync(join(own, 'dist/NOTICE'), 'utf8');
    for (const bundled of [
      'ssh2',
      'ink',
      'react',
      '@aws-sdk/client-ec2',
      'commander',
      'yaml',
      'zod',
      'execa',
    ])
      expect(notice).toMatch(new RegExp(`^${bundled} \\d[\\d.]*: `, 'm'));
    expect(notice).toContain('Permission is hereby granted, free of charge');
    // What only builds and tests is not distributed.
    expect(notice).not.toMatch(/^(vitest|esbuild|typescript) /m);
  });
});
