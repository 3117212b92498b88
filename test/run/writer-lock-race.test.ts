import { existsSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LockFiles, lockWriter } from '../../src/run/writer-lock.ts';

/** What other processes do right after ours read a lock or linked its own. */
let afterRead = (_: string) => {};
let afterLink = (_: string) => {};
const files: LockFiles = {
  read(path) {
    const text = readFileSync(path, 'utf8');
    afterRead(path);
    return text;
  },
  link(from, to) {
    linkSync(from, to);
    afterLink(to);
  },
};

const DEAD = '999999999 1\n';
let dir = '';
let lock = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-lock-'));
  lock = join(dir, 'lock');
  writeFileSync(lock, DEAD);
});
afterEach(() => {
  afterRead = () => {};
  afterLink = () => {};
  rmSync(dir, { recursive: true });
});

it('stands beside a dead holder, lets go of its own, and is found by the next', () => {
  const unlock = lockWriter(lock, files);
  expect(readFileSync(lock, 'utf8')).toBe(DEAD);
  expect(() => lockWriter(lock, files)).toThrow(/another fireaxe/);
  unlock();
  lockWriter(lock, files)();
  expect(existsSync(`${lock}.1`)).toBe(false);
});

it('gives its place up to one who took what a holder let go of before it died', () => {
  const alive = `${process.pid} ${startOfThis()}\n`;
  let gone = false;
  afterRead = (path) => {
    if (path !== lock || gone) return;
    gone = true;
    rmSync(lock);
  };
  afterLink = (path) => {
    if (path === `${lock}.1`) writeFileSync(lock, alive);
  };
  expect(() => lockWriter(lock, files)).toThrow(/another fireaxe/);
  expect(existsSync(`${lock}.1`)).toBe(false);
  expect(readFileSync(lock, 'utf8')).toBe(alive);
});

it('takes the place that was let go of, not one behind it', () => {
  let gone = false;
  afterRead = (path) => {
    if (path !== lock || gone) return;
    gone = true;
    rmSync(lock);
  };
  const unlock = lockWriter(lock, files);
  expect(existsSync(`${lock}.1`)).toBe(false);
  expect(existsSync(lock)).toBe(true);
  unlock();
});

it('passes over a lock that the power cut left empty', () => {
  writeFileSync(lock, '');
  lockWriter(lock, files)();
});

/** As the lock writes it: empty where there is no /proc. */
function startOfThis(): string {
  if (!existsSync('/proc/self/stat')) return '';
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
