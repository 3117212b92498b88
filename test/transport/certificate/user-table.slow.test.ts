import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from '../sshd.ts';
import { raw, runOne, target } from '../subjects.ts';
import { signKey } from './authority.ts';
import { fakeAgent } from './fido-agent.ts';
import { certificate, ed25519, fido, publicLine } from './forge.ts';

type Row = [name: string, is: 'ok' | 'refused', sign: string[], how?: { key?: string; by?: string }];

/** Certificates of users, offered to a real sshd by ssh(1) and by the ssh transport. */
const ROWS: Row[] = [
  ['for this user', 'ok', ['-n', '@user']],
  ['for this user among others', 'ok', ['-n', 'alice,@user,bob']],
  ['for another user', 'refused', ['-n', 'nobody-else']],
  ['for nobody', 'refused', []],
  ['valid now', 'ok', ['-n', '@user', '-V', '-1h:+1h']],
  ['expired', 'refused', ['-n', '@user', '-V', '-2h:-1h']],
  ['not yet valid', 'refused', ['-n', '@user', '-V', '+1h:+2h']],
  ['for hosts', 'refused', ['-h', '-n', '@user']],
  ['of another authority', 'refused', ['-n', '@user'], { by: 'other-ca' }],
  ['from this address', 'ok', ['-n', '@user', '-O', 'source-address=127.0.0.0/8']],
  ['from another address', 'refused', ['-n', '@user', '-O', 'source-address=10.0.0.0/8']],
  ['with an unknown critical option', 'refused', ['-n', '@user', '-O', 'critical:note@example.com=x']],
  ['with an unknown extension', 'ok', ['-n', '@user', '-O', 'extension:note@example.com=x']],
  ['revoked by its serial', 'refused', ['-n', '@user', '-z', '66']],
  ['of an RSA key', 'ok', ['-n', '@user'], { key: 'rsa' }],
  ['of an ECDSA key', 'ok', ['-n', '@user'], { key: 'ecdsa' }],
  ['of a P-521 key', 'ok', ['-n', '@user'], { key: 'p521' }],
  ['by an RSA authority', 'ok', ['-n', '@user'], { by: 'rsa-ca' }],
];

describe.skipIf(noSshd)('user certificates', () => {
  let sshd: RealSshd;
  let dir: string;
  let agent: string;
  let pid: number;
  let ca: string;
  const kit = () => ({ knownHosts: [join(dir, 'known')] });
  const lines: Record<string, string> = {};

  beforeAll(async () => {
    const keys = await startSshd();
    await keys.stop();
    dir = `${keys.dir}-user`;
    execFileSync('mkdir', ['-p', dir]);
    const make = (name: string, ...how: string[]) => {
      lines[name] = newKeyFile(join(dir, name), ...how);
      return lines[name];
    };
    ca = make('ca');
    make('other-ca');
    for (const [name, ...how] of [
      ['rsa-ca', '-t', 'rsa', '-b', '2048'],
      ['ed25519'],
      ['rsa', '-t', 'rsa', '-b', '2048'],
      ['ecdsa', '-t', 'ecdsa'],
      ['p521', '-t', 'ecdsa', '-b', '521'],
    ] as string[][])
      make(name!, ...how);
    writeFileSync(join(dir, 'trusted'), `${ca}\n${lines['rsa-ca']}\n`);
    writeFileSync(join(dir, 'spec'), 'serial: 66\n');
    execFileSync('ssh-keygen', ['-qk', '-f', join(dir, 'krl'), '-s', join(dir, 'ca.pub'), join(dir, 'spec')]);
    const trust = [`TrustedUserCAKeys ${join(dir, 'trusted')}`, `RevokedKeys ${join(dir, 'krl')}`];
    sshd = await startSshd([...trust, 'LogLevel VERBOSE', 'MaxAuthTries 2']);
    writeFileSync(join(dir, 'known'), `* ${sshd.hostKey}\n`);
    agent = join(dir, 'agent');
    const said = execFileSync('ssh-agent', ['-s', '-a', agent], { encoding: 'utf8' });
    pid = Number(/AGENT_PID=(\d+)/.exec(said)?.[1]);
  });
  afterAll(async () => {
    if (pid) process.kill(pid);
    await sshd?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** A key with its certificate beside, under this name. */
  function certified(name: string, sign: string[], { key = 'ed25519', by = 'ca' } = {}): string {
    const file = join(dir, name.replace(/\W+/g, '-'));
    copyFileSync(join(dir, key), file);
    signKey(join(dir, by), lines[key]!, file, ...sign.map((word) => word.replace('@user', sshd.user)));
    return file;
  }

  async function login(identity: string, of: { socket?: string; certificate?: string } = {}) {
    const transport = await createSshTransport({ kit: kit(), ...(of.socket && { agent: of.socket }) });
    const { certificate } = of;
    const ssh = { user: sshd.user, identity, ...(certificate !== undefined && { certificate }) };
    const outcome = await runOne(transport, target({ port: sshd.port, ssh }), raw('echo in'));
    await transport.close();
    return outcome;
  }
  const add = (...words: string[]) =>
    execFileSync('ssh-add', ['-q', ...words], {
      env: { ...process.env, SSH_AUTH_SOCK: agent },
      stdio: 'pipe',
    });
  const ways = () => {
    const log = readFileSync(join(sshd.dir, 'log'), 'utf8');
    return log.match(/Accepted publickey for \S+ from .*/g)?.at(-1) ?? '';
  };

  it.each(ROWS)('%s: %s', async (name, is, sign, how) => {
    const identity = certified(name, sign, how);
    const ssh = { user: sshd.user, identity };
    const node = target({ port: sshd.port, ssh });
    const theirs = await runOne(createOpensshTransport({ kit: kit() }), node, raw('true'));
    const mine = await login(identity);
    const said = (state: string) => (state === 'ok' ? 'ok' : 'refused');
    expect([said(theirs.state), said(mine.state)]).toEqual([is, is]);
    if (is === 'ok') expect(ways()).toMatch(/-CERT SHA256:\S+ ID test /);
    // The agent holds the key and its certificate, and the kit has the public half alone.
    add(identity);
    const bare = join(dir, `${name.replace(/\W+/g, '-')}-public.pub`);
    copyFileSync(`${identity}.pub`, bare);
    expect(said((await login(bare, { socket: agent })).state)).toBe(is);
    add('-D');
  });

  it('says why a certificate was refused, and which file to renew', async () => {
    const identity = certified('told', ['-n', '@user', '-V', '-2h:-1h']);
    const { reason } = await login(identity);
    expect(reason).toMatchObject({
      code: 'auth',
      message: expect.stringMatching(/nor its certificate .*told-cert\.pub: it expired at 20\d\d-/),
      next: `put a new certificate there; to read it: ssh-keygen -Lf ${identity}-cert.pub`,
    });
    const other = await login(certified('of-another', ['-n', 'alice']));
    expect(other.reason?.message).toContain(`it is for alice, not for ${sshd.user}`);
  });

  it('tries the plain key where the certificate is refused', async () => {
    const identity = certified('fallback', ['-n', '@user', '-V', '-2h:-1h']);
    appendFileSync(join(sshd.dir, 'authorized'), readFileSync(`${identity}.pub`));
    expect(await login(identity)).toMatchObject({ state: 'ok' });
    writeFileSync(join(sshd.dir, 'authorized'), '');
  });

  it('takes a certificate from another file, and ignores one of another key', async () => {
    const identity = certified('apart', ['-n', '@user']);
    const certificate = join(dir, 'elsewhere');
    execFileSync('mv', [`${identity}-cert.pub`, certificate]);
    expect(await login(identity)).toMatchObject({ state: 'unreachable' });
    expect(await login(identity, { certificate })).toMatchObject({ state: 'ok' });
    const wrong = certified('wrong', ['-n', '@user'], { key: 'ecdsa' });
    expect(await login(identity, { certificate: `${wrong}-cert.pub` })).toMatchObject({
      state: 'unreachable',
      reason: { code: 'auth' },
    });
  });

  it('lets the agent sign for a certificate in a file', async () => {
    const identity = certified('apart-agent', ['-n', '@user'], { key: 'rsa' });
    const certificate = join(dir, 'for-agent');
    execFileSync('mv', [`${identity}-cert.pub`, certificate]);
    add(identity);
    expect(await login(`${identity}.pub`, { socket: agent, certificate })).toMatchObject({ state: 'ok' });
    expect(ways()).toContain('RSA-CERT');
    add('-D');
  });

  it('logs in by a FIDO key of the agent, and by its certificate', async () => {
    const [token, authority] = [fido(), ed25519()];
    appendFileSync(join(dir, 'trusted'), `${publicLine(authority.blob)}\n`);
    const file = join(dir, 'token.pub');
    writeFileSync(file, `${publicLine(token.blob)}\n`);
    const socket = join(dir, 'token-agent');
    const server = await fakeAgent(socket, [ed25519(), token]);
    expect(await login(file, { socket })).toMatchObject({ state: 'unreachable', reason: { code: 'auth' } });
    writeFileSync(join(sshd.dir, 'authorized'), `${publicLine(token.blob)}\n`);
    expect(await login(file, { socket })).toMatchObject({ state: 'ok' });
    expect(ways()).toContain('ED25519-SK');
    writeFileSync(join(sshd.dir, 'authorized'), '');
    const vouched = certificate(token, authority, { role: 1, principals: [sshd.user] });
    writeFileSync(join(dir, 'token-cert.pub'), `${publicLine(vouched)}\n`);
    expect(await login(file, { socket })).toMatchObject({ state: 'ok' });
    expect(ways()).toContain('ED25519-SK-CERT');
    server.close();
  });
});
