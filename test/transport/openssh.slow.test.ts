import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../src/kit/types.ts';
import { sshArguments } from '../../src/transport/openssh/command.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { faulty } from './faulty.ts';
import type { RealSshd } from './sshd.ts';
import { newKeyFile, noSshd, startSshd } from './sshd.ts';
import { raw, runOne, target, told } from './subjects.ts';

describe.skipIf(noSshd)('the system ssh', () => {
  let sshd: RealSshd;
  let node: Target;

  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 200']);
    node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
  });
  afterAll(async () => sshd?.stop());

  const transport = (...lines: string[]) => {
    const file = join(sshd.dir, `known hosts ${Math.random()}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return createOpensshTransport({ kit: { knownHosts: [file] } });
  };
  const trusting = () => transport(`[127.0.0.*]:* ${sshd.hostKey}`);

  it('runs a text and tells its end', async () => {
    expect(await runOne(trusting(), node, told('echo out; echo err >&2'))).toMatchObject({
      state: 'ok',
      via: 'openssh',
      stdout: 'out\n',
      stderr: 'err\n',
      result: { state: 'changed' },
    });
    expect(await runOne(trusting(), node, raw('exit 3'))).toMatchObject({ state: 'failed', exitCode: 3 });
    const secret = raw('cat', { secret: Buffer.from('word') });
    expect(await runOne(trusting(), node, secret)).toMatchObject({ state: 'ok', stdout: 'word' });
  });

  it('sends nothing to a host key that does not pass', async () => {
    const other = newKeyFile(join(sshd.dir, `other-${Math.random()}`));
    const at = `[127.0.0.1]:${sshd.port}`;
    const cases: [string[], string][] = [
      [[''], 'host-key-unknown'],
      [[`${at} ${other}`], 'host-key-changed'],
      [[`${at} ${sshd.hostKey}`, `@revoked * ${sshd.hostKey}`], 'host-key-revoked'],
    ];
    for (const [lines, code] of cases) {
      const outcome = await runOne(transport(...lines), node, raw(`touch ${sshd.dir}/reached`));
      expect(outcome).toMatchObject({ state: 'unreachable', reason: { code } });
    }
    expect(existsSync(join(sshd.dir, 'reached'))).toBe(false);
  });

  it('checks a host certificate', async () => {
    const ca = join(sshd.dir, 'ca');
    const caKey = newKeyFile(ca);
    const principal = ['-I', 'h', '-h', '-n', '127.0.0.1'];
    execFileSync('ssh-keygen', ['-q', '-s', ca, ...principal, join(sshd.dir, 'host.pub')]);
    const certified = await startSshd([
      `HostKey ${join(sshd.dir, 'host')}`,
      `HostCertificate ${join(sshd.dir, 'host-cert.pub')}`,
    ]);
    const there = target({
      port: certified.port,
      ssh: { user: certified.user, identity: certified.identity },
    });
    const outcome = await runOne(transport(`@cert-authority * ${caKey}`), there, raw('echo in'));
    expect(outcome).toMatchObject({ state: 'ok', stdout: 'in\n' });
    await certified.stop();
  });

  it('tells refusals, hangs and deadlines apart', async () => {
    const to = (port: number) => target({ ...node, port });
    expect(await runOne(trusting(), to(1), raw('true'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'refused' },
    });
    const hung = await faulty((socket) => socket.write('SSH-2.0-Hang\r\n'));
    expect(await runOne(trusting(), to(hung.port), raw('true'), { connectMs: 500 })).toMatchObject({
      state: 'unreachable',
      reason: { code: 'connect-timeout' },
    });
    hung.close();
    expect(await runOne(trusting(), node, raw('echo a; sleep 60'), { runMs: 3000 })).toMatchObject({
      state: 'timed-out',
      stdout: 'a\n',
    });
    const wrong = join(sshd.dir, `wrong-${Math.random()}`);
    newKeyFile(wrong);
    const stranger = target({ ...node, ssh: { user: sshd.user, identity: wrong } });
    expect(await runOne(trusting(), stranger, raw('true'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'auth' },
    });
  });

  it('says unknown when the connection is killed under a command', async () => {
    const outcome = await runOne(trusting(), node, raw('echo a; kill -9 $PPID; sleep 1'));
    expect(outcome).toMatchObject({ state: 'unknown', reason: { code: 'connection-lost' } });
  });

  it("follows the kit's ssh_config: patterns, tokens, an alias of the host key, a chain of jumps", async () => {
    const known = join(sshd.dir, 'known-jumps');
    writeFileSync(known, `hop-1,hop-2,the-node ${sshd.hostKey}\n`);
    const sshConfig = join(sshd.dir, 'ssh_config');
    writeFileSync(
      sshConfig,
      `Host 127.0.0.9
  HostKeyAlias the-node
  ProxyJump hop-1,hop-2
Host hop-1
  HostKeyAlias hop-1
Host hop-2
  HostKeyAlias hop-2
Host hop-1 hop-2
  HostName 127.0.0.1
  Port ${sshd.port}
  UserKnownHostsFile ${known}
Host *
  IdentityFile ${sshd.dir}/%n-%r
  IdentityFile ${sshd.identity}
  IdentitiesOnly yes
`,
    );
    const transport = createOpensshTransport({ kit: { knownHosts: [known], sshConfig } });
    const far = target({ ...node, address: '127.0.0.9', ssh: { user: sshd.user } });
    expect(await runOne(transport, far, raw('echo far'))).toMatchObject({ state: 'ok', stdout: 'far\n' });
    // A hop whose key is not known ends it.
    writeFileSync(known, `hop-1,the-node ${sshd.hostKey}\n`);
    expect(await runOne(transport, far, raw('echo far'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'host-key-unknown' },
    });
  });

  it('stops waiting', async () => {
    const controller = new AbortController();
    const outcome = await runOne(trusting(), node, raw('sleep 60'), {
      signal: controller.signal,
      onEvent: (event) => event.phase === 'launched' && controller.abort(),
    });
    expect(outcome).toMatchObject({ state: 'unknown', reason: { code: 'let-go' } });
  });
});

describe('arguments of ssh', () => {
  const args = sshArguments(
    { knownHosts: ['/a b/100%/known_hosts'], sshConfig: '/kit/ssh_config' },
    target({
      address: '10.0.0.1',
      ssh: { jump: { name: 'b', address: '10.0.0.9', port: 22, user: 'j', identity: "/it's/100%/id" } },
    }),
    2500,
    'exec true',
  );

  it('are read by ssh itself as meant', () => {
    const asked = args.slice(0, args.indexOf('--'));
    asked.splice(asked.indexOf('-F'), 2, '-F', '/dev/null');
    const out = execFileSync('ssh', ['-G', ...asked, '10.0.0.1'], { encoding: 'utf8' });
    expect(out).toMatch(/^stricthostkeychecking (true|yes)$/m);
    expect(out).toMatch(/^batchmode yes$/m);
    expect(out).toMatch(/^connecttimeout 3$/m);
    expect(out).toMatch(/^globalknownhostsfile \/dev\/null$/m);
    expect(out).toMatch(/^userknownhostsfile .*a b\/100%+\/known_hosts/m);
    expect(out).toMatch(/^proxycommand ssh .*-W '\[%h\]:%p' -- 10\.0\.0\.9$/m);
  });

  it("name a configuration always: the kit's, or none at all", () => {
    const bare = sshArguments({ knownHosts: [] }, target({ address: '10.0.0.1' }), 2500, 'exec true');
    expect(bare.slice(0, 2)).toEqual(['-F', 'none']);
    const behind = args.find((arg) => arg.startsWith('ProxyCommand='));
    expect(behind).toContain('ssh -F /kit/ssh_config ');
  });

  it('end before anything of the target', () => {
    expect(args.slice(args.indexOf('--'))).toEqual(['--', '10.0.0.1', 'exec true']);
  });
});
