import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { SCRIPTS, type Script } from './scripts.ts';

const there = spawnSync('shellcheck', ['--version']).status === 0;
if (!there) console.log('not run: shellcheck is not on this machine');

/** What shellcheck takes for a mistake, and is meant. */
const MEANT = [
  'SC1003', // '\' is a backslash
  'SC2015', // A && B || C, where B does not fail
  'SC2016', // expressions in single quotes, for another shell
  'SC2030', // set in a subshell, which is its own
  'SC2031',
];

/** Whole scripts as a node gets them, each input assigned before it: so what nobody assigns and what nobody reads shows. */
function prelude({ inputs }: Script): string {
  return inputs.map((name) => `${name}=''\n`).join('');
}

test.skipIf(!there).each(SCRIPTS.map((script) => [script.name, script] as const))(
  '%s',
  (_name, script) => {
    const input = `${prelude(script)}${script.text}`;
    const ran = spawnSync(
      'shellcheck',
      ['-s', 'sh', '-f', 'gcc', '-e', MEANT.join(','), '-o', 'check-unassigned-uppercase', '-'],
      { input, encoding: 'utf8' },
    );
    expect(located(ran.stdout, input)).toEqual([]);
  },
  // Half a second of work each: a busy machine takes its time.
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
