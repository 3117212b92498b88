import { execFileSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { helpOf } from '../../src/cli/option.ts';
import { commonOptions } from '../../src/cli/options.ts';
import { verbAt, verbs } from '../../src/cli/registry.ts';
import { buildCommand } from '../../src/cli/run-verb.ts';
import type { CliIo } from '../../src/cli/types.ts';

const load = (name: string) =>
  verbs()
    .find((verb) => verb.name === name)!
    .load();

/** Splits words as a shell does. */
function wordsOf(example: string): string[] {
  const command = example.slice(example.indexOf('fireaxe '));
  return execFileSync('/bin/sh', ['-c', `fireaxe() { printf '%s\\n' "$@"; }; ${command}`], {
    encoding: 'utf8',
  })
    .trimEnd()
    .split('\n');
}

const io = () => ({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} }) as unknown as CliIo;

async function run(...argv: string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const quit = new AbortController().signal;
  const code = await runCommandLine(argv, { stdout, stderr, env: {}, quit } as unknown as CliIo);
  return { code, stdout: written(stdout), stderr: written(stderr) };
}

/** One read may return one write only. */
function written(stream: PassThrough): string {
  let text = '';
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += chunk;
  return text;
}

describe('help', () => {
  it.each(verbs().map((verb) => verb.name))('of %s begins with examples', async (verb) => {
    for (const words of [
      [...verb.split(' '), '--help'],
      ['help', ...verb.split(' ')],
    ]) {
      const { code, stdout } = await run(...words);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Examples:\n  .*fireaxe ${verb}[\\s\\S]*--output`));
    }
  });

  it.each(verbs().map((verb) => verb.name))('of %s has examples that work as printed', async (name) => {
    const definition = await load(name);
    for (const example of definition.examples) {
      const { verb: found, rest: words } = verbAt(wordsOf(example))!;
      // `plan VERB …` takes the options of the verb.
      const planned = found.name === 'plan' && verbs().find((v) => v.name === words[0] && v.group === 'Act');
      const verb = await (planned ? load(words.shift()!) : found.load());
      expect(() => buildCommand(verb, io()).parse(words, { from: 'user' }), example).not.toThrow();
    }
  });

  it.each(verbs().map((verb) => verb.name))('of %s says each option in one short line', async (name) => {
    const { options } = await load(name);
    for (const option of Object.values({ ...options, ...commonOptions })) {
      expect(helpOf(option).length, helpOf(option)).toBeLessThan(80);
      expect(option.help, 'the default is added by itself').not.toMatch(/default|repeatable/);
    }
  });

  it('of Fireaxe lists every verb; without a verb it goes to stderr with exit 2', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const { name } of verbs()) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await run()).toEqual({ code: 2, stdout: '', stderr: stdout });
  });

  it('prints the version', async () => {
    expect((await run('--version')).stdout).toMatch(/^fireaxe \d+\.\d+\.\d+\n$/);
  });

  it('requires the verb first', async () => {
    const { code, stderr } = await run('--kit', 'x', 'nodes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/the verb comes first/);
  });
});
