import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { SCRIPTS, type Script } from './scripts.ts';

const { stdout: version, status } = spawnSync('shellcheck', ['--version'], { encoding: 'utf8' });
const there = status === 0;
if (!there) console.log('not run: shellcheck is not on this machine');

/** What shellcheck takes for a mistake, and is meant. */
const MEANT = [
  'SC1003', // '\' is a backslash
  'SC2015', // A && B || C, where B does not fail
  'SC2016', // expressions in single quotes, for another shell
  'SC2030', // set in a subshell, which is its own
  'SC2031',
  'SC2089', // quotes within JSON
  'SC2090',
];

const ARGS = ['-s', 'sh', '-f', 'gcc', '-e', MEANT.join(','), '-o', 'check-unassigned-uppercase', '-'];

/** Each text in which this version finds nothing has a file here: to look again takes a second and finds nothing again. */
const CLEAN = resolve(import.meta.dirname, '../../node_modules/.cache/shellcheck');
const isClean = (input: string) =>
  join(
    CLEAN,
    createHash('sha256')
      .update(JSON.stringify([version, ARGS, input]))
      .digest('hex'),
  );

/**
 * The inputs, assigned before the script as on a node: with them, shellcheck finds a variable that nothing assigns and one
 * that nothing reads. The common inputs and the before-state are the same for all, whether or not a script reads them.
 */
function prelude({ inputs }: Script): string {
  const common = inputs.filter((name) => /^(FX|B)_/.test(name));
  return [...inputs.map((name) => `${name}=''`), ...common.map((name) => `: "$${name}"`), ''].join('\n');
}

test.skipIf(!there).each(SCRIPTS.map((script) => [script.name, script] as const))(
  '%s',
  (_name, script) => {
    const input = `${prelude(script)}${script.text}`;
    const clean = isClean(input);
    if (existsSync(clean)) return;
    const ran = spawnSync('shellcheck', ARGS, { input, encoding: 'utf8' });
    expect(located(ran.stdout, input)).toEqual([]);
    expect(ran.status).toBe(0);
    mkdirSync(CLEAN, { recursive: true });
    writeFileSync(clean, '');
  },
  // A second of work each: a busy machine takes its time.
  180_000,
);

/** Findings with the line that each is about. */
function located(found: string, text: string): string[] {
  const lines = text.split('\n');
  return found
    .split('\n')
    .filter(Boolean)
    .map((line) => `${line.replace(/^-:\d+:\d+: /, '')}: ${lines[Number(line.split(':')[1]) - 1]?.trim()}`);
}

test('each common input is read by some script', () => {
  const common = new Set(SCRIPTS.flatMap(({ inputs }) => inputs.filter((name) => name.startsWith('FX_'))));
  const unread = [...common].filter(
    (name) => !SCRIPTS.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)),
  );
  expect(unread).toEqual([]);
});
