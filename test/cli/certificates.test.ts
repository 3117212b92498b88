import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { certificateFaults } from '../../src/transport/ssh/certificate-faults.ts';
import { KIT_YAML, makeKit } from '../kit/make-kit.ts';
import { signKey } from '../transport/certificate/authority.ts';
import { fakeAgent } from '../transport/certificate/fido-agent.ts';
import { certificate, ed25519 } from '../transport/certificate/forge.ts';
import { newKeyFile } from '../transport/sshd.ts';
import { typing } from './typing.ts';

const noKeygen = spawnSync('ssh-keygen', ['-F', 'x', '-f', '/dev/null']).error !== undefined;
const HOUR = 3_600_000;

describe.skipIf(noKeygen)('certificates to log in with', () => {
  let dir: string;
  let ca: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-certs-'));
    ca = join(dir, 'ca');
    newKeyFile(ca);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  function kitWith(...sign: string[]): string {
    const key = join(dir, `key-${Math.random()}`);
    const line = newKeyFile(key);
    const cert = signKey(ca, line, key, '-n', 'core', ...sign);
    return makeKit({
      'keys/id': readFileSync(key, 'utf8'),
      'keys/id-cert.pub': readFileSync(cert, 'utf8'),
    });
  }

  async function said(kit: string, ...words: string[]): Promise<string> {
    const io = { ...typing(undefined), env: { HOME: dir, FIREAXE_STATE_DIR: join(dir, 'state') } };
    await runCommandLine([words[0]!, '--kit', kit, ...words.slice(1)], io);
    return io.said();
  }

  it.each([
    [
      ['-V', '-2h:-1h'],
      'exec',
      /id-cert\.pub: it expired at 20\d\d-\S+Z \(the clock here: 20\S+\); put a new one there; to read it: ssh-keygen -Lf /,
    ],
    [['-V', '+1h:+2h'], 'probe', /id-cert\.pub: it is not valid before 20\d\d-/],
    [
      ['-V', '-1h:+1h'],
      'exec',
      /id-cert\.pub: it expires in (59m|1h00m)\S*: renew it before a longer run; put/,
    ],
    [['-h'], 'probe', /id-cert\.pub is not used: it is not for users, but for hosts; put/],
  ])('ssh-keygen %s: %s says so before anything starts', async (sign, verb, warning) => {
    const kit = kitWith(...sign);
    const words =
      verb === 'exec' ? ['exec', '--dry-run', '--reason', 'x', '--nodes', 'n1', '--', 'true'] : [verb];
    const text = await said(kit, ...words);
    expect(text.split('\n')[0]).toMatch(warning);
    expect(text.split('\n')[0]).toMatch(/^warning: certificate /);
    rmSync(kit, { recursive: true });
  });

  it('says nothing of a good one, nor where SSH is not used, nor of a short reading before the end', async () => {
    for (const [sign, words] of [
      [
        ['-V', '-1h:+9h'],
        ['exec', '--dry-run', '--reason', 'x', '--nodes', 'n1', '--', 'true'],
      ],
      [
        ['-V', '-2h:-1h'],
        ['exec', '--via', 'local', '--dry-run', '--reason', 'x', '--nodes', 'n1', '--', 'true'],
      ],
      [['-V', '-1h:+1h'], ['probe']],
    ]) {
      const kit = kitWith(...sign!);
      expect(await said(kit, ...words!)).not.toContain('warning: certificate');
      rmSync(kit, { recursive: true });
    }
  });

  it('names one that is for another key, and one that the kit names', async () => {
    const kit = kitWith();
    const other = join(dir, 'other');
    newKeyFile(other);
    const span = { nowMs: Date.now(), lastsMs: HOUR };
    const named = { identity: other, certificate: join(kit, 'keys/id-cert.pub') };
    expect(await certificateFaults([named], undefined, span)).toEqual([
      expect.stringContaining(`is not used: it is for another key than ${other}`),
    ]);
    expect(await certificateFaults([{ identity: other }], undefined, span)).toEqual([]);
    const yaml = KIT_YAML.replace('keys/id', 'keys/id, certificate: keys/missing');
    const broken = makeKit({ 'kit.yaml': yaml });
    expect(await said(broken, 'nodes')).toMatch(/keys\/missing does not exist/);
    for (const path of [kit, broken]) rmSync(path, { recursive: true });
  });

  it('reads those of the agent where it is used', async () => {
    const [key, authority] = [ed25519(), ed25519()];
    const past = { role: 1, keyId: 'old one', validBefore: 100n };
    const blob = certificate(key, authority, past);
    const socket = join(dir, 'agent');
    const server = await fakeAgent(socket, [key, { blob, sign: key.sign }]);
    const span = { nowMs: Date.now(), lastsMs: HOUR };
    const [fault, ...more] = await certificateFaults([{ useAgent: true }], socket, span);
    expect(more).toEqual([]);
    expect(fault).toMatch(
      /^certificate "old one" in the SSH agent: it expired at 1970-01-01T00:01:40Z \(.*\); add a new one: ssh-add FILE; to see all: ssh-add -L$/,
    );
    expect(await certificateFaults([{ useAgent: false }], socket, span)).toEqual([]);
    expect(await certificateFaults([{ useAgent: true }], join(dir, 'nowhere'), span)).toEqual([]);
    server.close();
  });
});
