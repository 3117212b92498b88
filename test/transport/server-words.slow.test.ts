import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { faulty, sshStub } from './faulty.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

const dir = mkdtempSync(join(tmpdir(), 'fx-words-'));
const identity = join(dir, 'id');
const open: { close(): void }[] = [];
beforeAll(() => void newKeyFile(identity));
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

async function login(
  port: number,
  hostKey: string,
  ssh: { user?: string; identity?: string; useAgent?: boolean } = {},
  agent?: string,
): Promise<Outcome> {
  const known = join(dir, 'known_hosts');
  writeFileSync(known, hostKey ? `[127.0.0.*]:* ${hostKey}\n` : '');
  const transport = await createSshTransport({ kit: { knownHosts: [known] }, agent });
  open.push({ close: () => void transport.close() });
  return runOne(transport, target({ port, ssh: { user: 'u', ...ssh } }), raw('true'));
}

/** A banner as PAM's words come: in the midst of the login. */
function sendBanner(client: Connection, text: string): void {
  const { sendPacket } = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js');
  const protocol = (client as unknown as { _protocol: Protocol })._protocol;
  const said = Buffer.from(text);
  const payload = Buffer.alloc(1 + 4 + said.length + 4);
  payload[0] = 53;
  payload.writeUInt32BE(said.length, 1);
  said.copy(payload, 5);
  const at = protocol._packetRW.write.allocStart;
  const packet = protocol._packetRW.write.alloc(payload.length);
  packet.set(payload, at);
  sendPacket(protocol, protocol._packetRW.write.finalize(packet));
}
interface Protocol {
  _packetRW: { write: { allocStart: number; alloc(n: number): Buffer; finalize(p: Buffer): Buffer } };
}

describe('the words of a server that does not let us in', () => {
  it('in place of its banner: a penalty is not tried again, a full server is', async () => {
    const penalty = await faulty((socket) => socket.end('Not allowed at this time\r\n'));
    const full = await faulty((socket) => socket.end('Exceeded MaxStartups\r\n'));
    const wrapper = await faulty((socket) => socket.end('Access from \x1b[2Jyour network is closed\r\n'));
    open.push(penalty, full, wrapper);
    const [kept, dropped, closed] = await Promise.all(
      [penalty, full, wrapper].map(({ port }) => login(port, '', { identity })),
    );
    expect(kept!.reason).toEqual({
      code: 'penalty',
      message: expect.stringMatching(/refuses this address for a while: it said "Not allowed at this time"$/),
      next: expect.stringContaining('wait'),
    });
    expect(penalty.connections()).toBe(1);
    expect(dropped!.reason).toMatchObject({
      code: 'dropped',
      message: expect.stringContaining('it said "Exceeded MaxStartups"'),
      next: expect.stringContaining('--parallel'),
    });
    expect(full.connections()).toBe(5);
    expect(closed!.reason?.message).toContain('your network is closed"');
    expect(closed!.reason?.next).toBeUndefined();
  });

  it('in a banner before it ends the connection, as for an expired account', async () => {
    let attending: Connection | undefined;
    const server = await sshStub(() => undefined, {
      auth: () => {
        sendBanner(attending!, 'Your account has expired; please contact your system administrator.\r\n');
        attending!.end();
      },
      attend: (client) => {
        attending = client;
      },
    });
    open.push(server);
    const { state, reason } = await login(server.port, server.hostKey, { identity });
    expect(state).toBe('unreachable');
    expect(reason).toEqual({
      code: 'auth-lost',
      message: expect.stringMatching(/login of u: it said "Your account has expired; please contact .*"$/),
      next: expect.stringContaining('account'),
    });
  });
});

describe.skipIf(noSshd)('what a real sshd says', () => {
  const servers: RealSshd[] = [];
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });
  async function sshd(...lines: string[]): Promise<RealSshd> {
    const server = await startSshd(lines);
    servers.push(server);
    return server;
  }

  it.each([
    ['ed25519', []],
    ['rsa, which has two signatures', ['-t', 'rsa', '-b', '2048']],
  ])('of a key that it accepts and wants a second factor: %s', async (_, options) => {
    const server = await sshd('PasswordAuthentication yes', 'AuthenticationMethods publickey,password');
    let path = server.identity;
    if (options.length > 0) {
      path = join(server.dir, 'other');
      writeFileSync(join(server.dir, 'authorized'), `${newKeyFile(path, ...options)}\n`);
    }
    const { reason } = await login(server.port, server.hostKey, { user: server.user, identity: path });
    expect(reason).toEqual({
      code: 'second-factor',
      message: expect.stringMatching(/accepted the key of \S+ and wants a second factor: password$/),
      next: expect.any(String),
    });
  });

  it('of a login that it refuses, with its banner and the methods that it takes', async () => {
    const banner = join(dir, 'banner');
    writeFileSync(banner, 'Maintenance until 05:00.\nCall the duty desk.\n');
    const server = await sshd(`Banner ${banner}`);
    const { reason } = await login(server.port, server.hostKey, { user: server.user, identity });
    expect(reason?.message).toMatch(
      /accepts none of the keys for \S+ \(it accepts publickey\); it said "Maintenance until 05:00\. Call the duty desk\."$/,
    );
  });

  it('is not asked where the agent is empty, or locked', async () => {
    const server = await sshd();
    const socket = join(server.dir, 'agent');
    const started = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    const pid = Number(/AGENT_PID=(\d+)/.exec(started)?.[1]);
    try {
      const to = { user: server.user, useAgent: true };
      const says = /^the SSH agent has no key to offer to .*: it is empty or locked$/;
      const empty = await login(server.port, server.hostKey, to, socket);
      expect(empty.reason).toEqual({
        code: 'auth',
        message: expect.stringMatching(says),
        next: expect.stringContaining('ssh-add'),
      });
      const asks = join(server.dir, 'asks');
      writeFileSync(asks, '#!/bin/sh\necho sesame\n', { mode: 0o700 });
      const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: asks, SSH_ASKPASS_REQUIRE: 'force' };
      execFileSync('ssh-add', ['-q', server.identity], { env });
      expect(await login(server.port, server.hostKey, to, socket)).toMatchObject({ state: 'ok' });
      execFileSync('ssh-add', ['-x'], { env, stdio: 'ignore' });
      const locked = await login(server.port, server.hostKey, to, socket);
      expect(locked.reason?.message).toMatch(says);
    } finally {
      process.kill(pid);
    }
  });
});
