import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { verbAt } from '../../src/cli/registry.ts';
import { buildCommand } from '../../src/cli/run-verb.ts';
import type { CliIo } from '../../src/cli/types.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const automation = join(ROOT, 'docs/automation');
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const io = { stdout: new PassThrough(), stderr: new PassThrough(), env: {} } as unknown as CliIo;
const HOSTILE = 'a "b" $(touch pwned) `touch pwned` ; touch pwned';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fireaxe-automation-'));
  mkdirSync(join(dir, 'bin'));
  // Both print the words that they get, one a line.
  writeFileSync(join(dir, 'bin/fireaxe.js'), 'process.stdout.write(process.argv.slice(2).join("\\n"))');
  writeFileSync(join(dir, 'fireaxe'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  chmodSync(join(dir, 'fireaxe'), 0o755);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** As a workflow writes it. */
const fromInput = (name: string) => ['$', `{{ inputs.${name} }}`].join('');

/** The words that a script hands to Fireaxe. */
function wordsOf(shell: string, script: string, env: Record<string, string>): string[] {
  const PATH = `${dir}:${process.env.PATH}`;
  const said = execFileSync(shell, ['-c', script], { encoding: 'utf8', cwd: dir, env: { PATH, ...env } });
  expect(existsSync(join(dir, 'pwned'))).toBe(false);
  return said.trimEnd().split('\n');
}

/** Throws where Fireaxe would not take them. */
async function taken(words: string[]): Promise<void> {
  const { verb, rest } = verbAt(words)!;
  buildCommand(await verb.load(), io).parse(rest, { from: 'user' });
}

it('the action hands each line over as one word, and a shell reads none of them', async () => {
  const action = parse(text('action.yml'));
  const { run, env } = action.runs.steps.at(-1);
  expect(env).toEqual({ FIREAXE_KIT: fromInput('kit'), WORDS: fromInput('words') });
  // What GitHub puts into a script by itself would be read by the shell.
  for (const step of action.runs.steps) expect(step.run ?? '').not.toMatch(/\$\{\{/);
  const words = (WORDS: string) => wordsOf('bash', run, { GITHUB_ACTION_PATH: dir, WORDS });
  await taken(words(action.inputs.words.default));
  expect(words(`probe\n-c\n${HOSTILE}`)).toEqual(['probe', '-c', HOSTILE]);
});

it('the job of Rundeck shows the plan, and runs it once it is confirmed', async () => {
  const [{ sequence }] = parse(text('docs/automation/rundeck.yaml'));
  const { script } = sequence.commands[0];
  const env = { RD_OPTION_CLUSTER: HOSTILE, RD_OPTION_REASON: HOSTILE };
  const plan = wordsOf('sh', script, env);
  expect(plan).toEqual(['plan', 'control-plane-lockout', '-c', HOSTILE, '--no-input']);
  const run = wordsOf('sh', script, { ...env, RD_OPTION_CONFIRM: 'prod-1 12' });
  expect(run).toContain('prod-1 12');
  await taken(run);
});

it.each(readdirSync(automation).filter((name) => name.endsWith('.service')))(
  '%s has a timer, and runs a command that Fireaxe takes',
  async (name) => {
    const [, command] = /^ExecStart=\/usr\/local\/bin\/fireaxe (.+)$/m.exec(text(`docs/automation/${name}`))!;
    await taken(command!.split(' '));
    expect(text(`docs/automation/${name.replace('.service', '.timer')}`)).toMatch(/^OnCalendar=/m);
  },
);
