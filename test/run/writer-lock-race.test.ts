import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest';

/** What other processes do right after ours read a lock or linked its own. */
const others = vi.hoisted(() => ({ afterRead: (_: string) => {}, afterLink: (_: string) => {} }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    readFileSync: (path: string, ...rest: unknown[]) => {
      const text = Reflect.apply(fs.readFileSync, fs, [path, ...rest]);
      others.afterRead(path);
      return text;
    },
    linkSync: (from: string, to: string) => {
      fs.linkSync(from, to);
      others.afterLink(to);
    },
  };
});

// Files share their modules: this one has its own, on top of that file system.
vi.resetModules();
const { lockWriter } = await import('../../src/run/writer-lock.ts');
afterAll(() => vi.resetModules());

const DEAD = '999999999 1\n';
let dir = '';
let lock = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-lock-'));
  lock = join(dir, 'lock');
  writeFileSync(lock, DEAD);
});
afterEach(() => {
  others.afterRead = () => {};
  others.afterLink = () => {};
  rmSync(dir, { recursive: true });
});

it('stands beside a dead holder, lets go of its own, and is found by the next', () => {
  const unlock = lockWriter(lock);
  expect(readFileSync(lock, 'utf8')).toBe(DEAD);
  expect(() => lockWriter(lock)).toThrow(/another fireaxe/);
  unlock();
  lockWriter(lock)();
  expect(existsSync(`${lock}.1`)).toBe(false);
});

it('gives its place up to one who took what a holder let go of before it died', () => {
  const alive = `${process.pid} ${startOfThis()}\n`;
  let gone = false;
  others.afterRead = (path) => {
    if (path !== lock || gone) return;
    gone = true;
    rmSync(lock);
  };
  others.afterLink = (path) => {
    if (path === `${lock}.1`) writeFileSync(lock, alive);
  };
  expect(() => lockWriter(lock)).toThrow(/another fireaxe/);
  expect(existsSync(`${lock}.1`)).toBe(false);
  expect(readFileSync(lock, 'utf8')).toBe(alive);
});

it('takes the place that was let go of, not one behind it', () => {
  let gone = false;
  others.afterRead = (path) => {
    if (path !== lock || gone) return;
    gone = true;
    rmSync(lock);
  };
  const unlock = lockWriter(lock);
  expect(existsSync(`${lock}.1`)).toBe(false);
  expect(existsSync(lock)).toBe(true);
  unlock();
});

it('passes over a lock that the power cut left empty', () => {
  writeFileSync(lock, '');
  lockWriter(lock)();
});

/** As the lock writes it: empty where there is no /proc. */
function startOfThis(): string {
  if (!existsSync('/proc/self/stat')) return '';
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
