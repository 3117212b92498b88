import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { verbs } from '../../src/cli/registry.ts';
import type { CliIo } from '../../src/cli/types.ts';

async function run(...argv: string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const code = await runCommandLine(argv, { stdout, stderr, env: {} } as unknown as CliIo);
  return { code, stdout: written(stdout), stderr: written(stderr) };
}

/** One read may give one write alone. */
function written(stream: PassThrough): string {
  let text = '';
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) text += chunk;
  return text;
}

describe('help', () => {
  it.each(verbs().map((verb) => verb.name))('of %s begins with examples', async (verb) => {
    for (const words of [
      [verb, '--help'],
      ['help', verb],
    ]) {
      const { code, stdout } = await run(...words);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Examples:\n  .*fireaxe ${verb}[\\s\\S]*--output`));
    }
  });

  it('of Fireaxe lists every verb, and goes to stderr with exit 2 where no verb was said', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const { name } of verbs()) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await run()).toEqual({ code: 2, stdout: '', stderr: stdout });
  });

  it('says the version', async () => {
    expect((await run('--version')).stdout).toMatch(/^fireaxe \d+\.\d+\.\d+\n$/);
  });

  it('wants the verb first', async () => {
    const { code, stderr } = await run('--kit', 'x', 'nodes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/the verb comes first/);
  });
});
