import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentities } from '../../../src/transport/ssh/identity.ts';
import { loadSsh2 } from '../../../src/transport/ssh/ssh2.ts';
import { newKeyFile } from '../sshd.ts';
import { blobOf, signKey } from './authority.ts';
import { fakeAgent } from './fido-agent.ts';
import { certificate, ed25519, publicLine } from './forge.ts';

const noKeygen = spawnSync('ssh-keygen', ['-F', 'x', '-f', '/dev/null']).error !== undefined;

describe.skipIf(noKeygen)('a certificate that is renewed in the middle of a run', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-renewed-'));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is read again from its file once the one before has run out, every 15 s at most', async () => {
    const [ca, key] = [join(dir, 'ca'), join(dir, 'id')];
    newKeyFile(ca);
    const line = newKeyFile(key);
    const sign = (until: string) => blobOf(signKey(ca, line, key, '-n', 'core', '-V', `20200101:${until}`));
    let at = Date.parse('2020-06-01T00:00:00');
    const identities = createIdentities(await loadSsh2(), {}, () => at);
    const offered = async () => {
      const identity = await identities.get(key);
      return 'certified' in identity ? identity.certified?.getPublicSSH() : undefined;
    };
    const old = sign('20200701');
    expect(await offered()).toEqual(old);
    writeFileSync(`${key}-cert.pub`, '');
    at = Date.parse('2020-07-15T00:00:00');
    expect(await offered()).toBeUndefined();
    const next = sign('20210701');
    expect(await offered()).toBeUndefined();
    at = Date.parse('2020-08-01T00:00:00');
    expect(await offered()).toEqual(next);
    at = Date.parse('2021-08-01T00:00:00');
    expect(await offered()).toEqual(next);
    const last = sign('20300101');
    at += 14_000;
    expect(await offered()).toEqual(next);
    at += 2_000;
    expect(await offered()).toEqual(last);
  });

  it('is taken from the agent, too', async () => {
    const [key, authority] = [ed25519(), ed25519()];
    const held = (validBefore: bigint) => ({
      blob: certificate(key, authority, { role: 1, validBefore }),
      sign: key.sign,
    });
    const path = join(dir, 'public.pub');
    writeFileSync(path, `${publicLine(key.blob)}\n`);
    const socket = join(dir, 'agent');
    const [old, next] = [held(1000n), held(9000n)];
    let at = 500_000;
    const identities = createIdentities(await loadSsh2(), { agent: socket }, () => at);
    const offered = async () => {
      const identity = await identities.get(path);
      return 'agentKey' in identity ? identity.agentKey.getPublicSSH() : undefined;
    };
    const first: Server = await fakeAgent(socket, [key, old]);
    expect(await offered()).toEqual(old.blob);
    await new Promise((resolve) => first.close(resolve));
    const second = await fakeAgent(socket, [key, next]);
    expect(await offered()).toEqual(old.blob);
    at = 1_100_000;
    expect(await offered()).toEqual(next.blob);
    second.close();
  });

  it('is not asked for in vain for ever: a key that could not be used is read again', async () => {
    const key = ed25519();
    const path = join(dir, 'late.pub');
    writeFileSync(path, `${publicLine(key.blob)}\n`);
    const socket = join(dir, 'late-agent');
    let at = 0;
    let asked = 0;
    const identities = createIdentities(await loadSsh2(), { agent: socket }, () => at);
    const usable = () =>
      identities.get(path).then(
        () => true,
        () => false,
      );
    expect(await usable()).toBe(false);
    const agent = await fakeAgent(socket, [key]);
    agent.on('connection', () => asked++);
    at = 14_000;
    expect(await usable()).toBe(false);
    at = 16_000;
    expect(await usable()).toBe(true);
    at = 99_000;
    expect(await usable()).toBe(true);
    expect(asked).toBe(1);
    agent.close();
  });
});
