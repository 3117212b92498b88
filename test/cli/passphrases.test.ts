import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/cli/context.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { openKeys } from '../../src/cli/passphrases.ts';
import { openKit } from '../../src/kit/open.ts';
import { KIT_YAML, makeKit } from '../kit/make-kit.ts';
import { typing } from './typing.ts';

const noKeygen = spawnSync('ssh-keygen', ['-F', 'x', '-f', '/dev/null']).error !== undefined;

describe.skipIf(noKeygen)('locked keys are unlocked before anything starts', () => {
  let dir: string;
  let kit: string;
  let key: string;

  const keyText = (...options: string[]) => {
    const path = join(dir, `key-${readdirSync(dir).length}`);
    // One round, so that each attempt is cheap.
    const locked = ['-t', 'ed25519', '-a', '1', '-N', 'sesame'];
    execFileSync('ssh-keygen', ['-q', ...locked, '-f', path, ...options]);
    return readFileSync(path, 'utf8');
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-phrases-'));
    kit = makeKit({ 'keys/id': keyText() });
    key = join(kit, 'keys/id');
  });
  afterAll(() => {
    for (const path of [dir, kit]) rmSync(path, { recursive: true });
  });

  async function opened(
    lines: string[] | undefined,
    ways: Parameters<typeof openKeys>[2] = [undefined],
    yaml = KIT_YAML,
    env = {},
  ) {
    const io = typing(lines, env);
    const path =
      yaml === KIT_YAML ? kit : makeKit({ 'kit.yaml': yaml, 'keys/id': readFileSync(key, 'utf8') });
    const context = { io, flags: {}, kit: await openKit(path), sink: undefined as never } as CliContext;
    try {
      await openKeys(context, 'c1', ways);
      return {
        phrases: [...(context.passphrases ?? [])].map(([file, phrase]) => [file.replace(path, ''), phrase]),
        io,
      };
    } finally {
      if (path !== kit) rmSync(path, { recursive: true });
    }
  }

  it('asks once for each key, again after a wrong passphrase, and shows none of it', async () => {
    const { phrases, io } = await opened(['wrong', 'sesame']);
    expect(phrases).toEqual([['/keys/id', 'sesame']]);
    expect(io.said()).toBe(`Passphrase for ${key}: \nwrong passphrase\nPassphrase for ${key}: \n`);
  });

  it('gives up after three attempts, and on an empty line', async () => {
    for (const lines of [['a', 'b', 'c', 'sesame'], ['']])
      await expect(opened(lines)).rejects.toMatchObject({
        kind: 'credentials',
        place: key,
        next: expect.stringContaining(`ssh-add ${key}`),
      });
  });

  it('continues without it if SSH is not the first transport, or not used', async () => {
    const second = KIT_YAML.replace('bastions:', 'via: [local, ssh]\n    bastions:');
    expect((await opened([''], [undefined], second)).phrases).toEqual([]);
    expect((await opened(undefined, [undefined], second)).phrases).toEqual([]);
    expect((await opened(['sesame'], [undefined], second)).phrases).toEqual([['/keys/id', 'sesame']]);
    expect((await opened(undefined, [['openssh']])).phrases).toEqual([]);
  });

  it('continues without it if the agent may have another key', async () => {
    const yaml = KIT_YAML.replace('identity: keys/id', 'identity: keys/id, useAgent: true');
    expect((await opened(undefined, [undefined], yaml, { SSH_AUTH_SOCK: '/nowhere' })).phrases).toEqual([]);
    await expect(opened(undefined, [undefined], yaml)).rejects.toMatchObject({ kind: 'credentials' });
  });

  it('a saved plan and its resume need the keys of their own transports', async () => {
    const io = () => ({
      ...typing(undefined),
      env: { HOME: dir, FIREAXE_STATE_DIR: join(dir, 'own-ways') },
    });
    const file = join(dir, 'plan.json');
    const words = ['--via', 'local', '--reason', 'x', '--nodes', 'n1', '--save', file];
    expect(await runCommandLine(['exec', '--kit', kit, ...words, '--', 'true'], io())).toBe(0);
    for (const args of [
      ['run', file, '--dry-run'],
      ['run', file, '--yes'],
      ['resume', 'last'],
    ]) {
      const own = io();
      await runCommandLine([...args, '--kit', kit], own);
      expect(own.said()).not.toContain('assphrase');
    }
  });

  it('does not ask for the passphrase of an unsupported key', async () => {
    const other = makeKit({ 'keys/id': keyText('-t', 'rsa', '-b', '1024', '-m', 'PKCS8') });
    const io = typing(['sesame']);
    const context = { io, flags: {}, kit: await openKit(other), sink: undefined as never } as CliContext;
    await expect(openKeys(context, 'c1')).rejects.toMatchObject({
      next: expect.stringContaining('ssh-keygen -p'),
    });
    expect(io.said()).toBe('');
    rmSync(other, { recursive: true });
  });

  it.each([
    ['exec', '--yes', '--reason', 'x', '--nodes', 'n1', '--', 'true'],
    ['exec', '--dry-run', '--reason', 'x', '--nodes', 'n1', '--', 'true'],
    ['probe'],
  ])('%s %s: without a terminal it fails before anything starts', async (...args) => {
    const io = { ...typing(undefined), env: { HOME: dir, FIREAXE_STATE_DIR: join(dir, 'state') } };
    const [verb, ...rest] = args;
    expect(await runCommandLine([verb!, '--kit', kit, ...rest], io)).toBe(4);
    expect(io.said()).toContain(
      `private key ${key}: locked, and there is no terminal to ask for its passphrase`,
    );
    expect(io.said()).toContain('ssh-add');
    expect(readdirSync(dir)).not.toContain('state');
  });

  it('refuses a damaged or missing key before anything starts', async () => {
    const whole = keyText('-N', '').split('\n');
    const shortened = [...whole.slice(0, 2), ...whole.slice(3)].join('\n');
    const indented = whole.map((line) => (line.startsWith('-') ? line : `> ${line}`)).join('\n');
    for (const text of [shortened, indented, '']) {
      const damaged = makeKit({ 'keys/id': text });
      const io = typing(undefined);
      const context = { io, flags: {}, kit: await openKit(damaged), sink: undefined as never } as CliContext;
      const ways = [['ssh', 'openssh']] as const;
      await expect(openKeys(context, 'c1', ways)).rejects.toMatchObject({
        kind: 'credentials',
        message: expect.stringMatching(/damaged|empty/),
        next: expect.stringContaining('copy it again'),
      });
      // If another transport may reach the nodes, it is tried.
      await openKeys(context, 'c1', [['ssm', 'ssh']]);
      rmSync(damaged, { recursive: true });
    }
  });
});
