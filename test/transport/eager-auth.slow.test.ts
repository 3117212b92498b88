import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import { type Faulty, sshStub } from './faulty.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-eager-'));
const open: { close(): unknown }[] = [];

afterAll(async () => {
  for (const one of open) await one.close();
  rmSync(dir, { recursive: true });
});

async function login(
  server: { port: number; hostKey: string },
  identity: string,
  user = 'ops',
  agent?: string,
) {
  const known = join(dir, `known-${open.length}`);
  writeFileSync(known, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
  const transport = await createSshTransport({ kit: { knownHosts: [known] }, agent });
  open.push(transport);
  return runOne(transport, target({ port: server.port, ssh: { user, identity } }), raw('echo in'));
}

const shell = (channel: ssh2.ServerChannel) => {
  channel.once('data', () => {
    channel.write('fireaxe:n0nce:began\nfine\n');
    channel.exit(0);
    channel.end();
  });
};

interface Server {
  _protocol: { serviceAccept(name: string): void };
}

/** Answers the request for the service late; `early` is called for a login that did not wait. */
async function lateService(early: (client: ssh2.Connection, context: ssh2.AuthContext) => void) {
  let accepted = false;
  const signed: boolean[] = [];
  let attended: ssh2.Connection;
  const server: Faulty & { hostKey: string } = await sshStub(shell, {
    attend(client) {
      attended = client;
      accepted = false;
      const { _protocol: protocol } = client as unknown as Server;
      const accept = protocol.serviceAccept.bind(protocol);
      protocol.serviceAccept = (name) => {
        setTimeout(() => {
          accepted = true;
          accept(name);
        }, 300);
      };
    },
    auth(context) {
      signed.push(context.method === 'publickey' && context.signature !== undefined);
      if (accepted) context.accept();
      else early(attended, context);
    },
  });
  open.push(server);
  return { server, signed };
}

describe('a login by a key', () => {
  const identity = join(dir, 'id');
  beforeAll(() => newKeyFile(identity));

  it('sends the signed request without waiting for an answer', async () => {
    const { server, signed } = await lateService((_, context) => setTimeout(() => context.accept(), 400));
    expect(await login(server, identity)).toMatchObject({ state: 'ok', stdout: 'fine\n' });
    expect(signed).toEqual([true]);
  });

  it('asks step by step where the server hangs up on that', async () => {
    const { server, signed } = await lateService((client) => client.end());
    expect(await login(server, identity)).toMatchObject({ state: 'ok', stdout: 'fine\n' });
    expect(signed).toEqual([true, false, true]);
    expect(server.connections()).toBe(2);
  });
});

describe('a login by an RSA key to a server that does not tell how it must sign', () => {
  const signatures: string[] = [];
  const silent = (accepts: boolean) =>
    sshStub(shell, {
      attend(client) {
        const { _protocol: protocol } = client as unknown as { _protocol: { _kex: unknown } };
        let exchange: object | undefined;
        Object.defineProperty(protocol, '_kex', {
          get: () => exchange,
          set(next: object | undefined) {
            exchange = next;
            if (next) Object.defineProperty(next, 'remoteExtInfoEnabled', { get: () => false, set() {} });
          },
        });
      },
      auth(context) {
        if (context.method === 'publickey') signatures.push(context.hashAlgo ?? 'sha1');
        if (accepts) context.accept();
        else context.reject(['publickey']);
      },
    });

  it.each(['file', 'agent'])('never signs with SHA-1: key in %s', async (place) => {
    const identity = join(dir, `rsa-${place}`);
    newKeyFile(identity, '-t', 'rsa', '-b', '2048');
    const server = await silent(true);
    open.push(server);
    let socket: string | undefined;
    if (place === 'agent') {
      socket = join(dir, 'agent');
      const said = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
      const pid = Number(/AGENT_PID=(\d+)/.exec(said)?.[1]);
      open.push({ close: () => process.kill(pid) });
      execFileSync('ssh-add', ['-q', identity], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    }
    signatures.length = 0;
    const key = socket === undefined ? identity : `${identity}.pub`;
    expect(await login(server, key, 'ops', socket)).toMatchObject({ state: 'ok' });
    expect(signatures).toEqual(['sha256']);
  });

  it('that refuses it may be an old one', async () => {
    const identity = join(dir, 'rsa-old');
    newKeyFile(identity, '-t', 'rsa', '-b', '2048');
    const server = await silent(false);
    open.push(server);
    expect((await login(server, identity)).reason).toMatchObject({
      code: 'auth',
      message: expect.stringContaining('only with SHA-1 (ssh-rsa), which is refused'),
      next: expect.stringContaining('PubkeyAcceptedAlgorithms +ssh-rsa'),
    });
  });
});

const RTT_MS = 120;

/** Delivers what one side sent in bursts, so late that all that was sent without waiting is in one. */
async function countingProxy(to: number) {
  const bursts: string[] = [];
  const pass = (from: Socket, into: Socket, name: string) => {
    let held: Buffer[] = [];
    from.on('data', (chunk) => {
      held.push(chunk);
      if (held.length > 1) return;
      setTimeout(() => {
        bursts.push(name);
        if (into.writable) into.write(Buffer.concat(held));
        held = [];
      }, RTT_MS / 2);
    });
    from.on('end', () => setTimeout(() => into.end(), RTT_MS / 2)).on('error', () => into.destroy());
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    pass(socket, far, 'client');
    pass(far, socket, 'server');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return {
    port: (server.address() as { port: number }).port,
    /** Bursts of the client since the last call: each waited for an answer to the one before. */
    roundTrips: () => bursts.splice(0).filter((name) => name === 'client').length,
  };
}

describe.skipIf(noSshd)('round trips to a real sshd', () => {
  let sshd: RealSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.stop());

  it.each(['ed25519', 'ecdsa', 'rsa'])('are fewer than those of ssh with a key of type %s', async (type) => {
    const identity = join(sshd.dir, type);
    const line = newKeyFile(identity, '-t', type, ...(type === 'rsa' ? ['-b', '2048'] : []));
    writeFileSync(join(sshd.dir, 'authorized'), `${line}\n`);
    const proxy = await countingProxy(sshd.port);
    const outcome = await login({ ...sshd, port: proxy.port }, identity, sshd.user);
    expect(outcome).toMatchObject({ state: 'ok', stdout: 'in\n' });
    const ours = proxy.roundTrips();

    const known = join(sshd.dir, `known-${type}`);
    writeFileSync(known, `[127.0.0.1]:${proxy.port} ${sshd.hostKey}\n`);
    const options = [
      `UserKnownHostsFile=${known}`,
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      'IdentityAgent=none',
    ];
    const argv = ['-F', 'none', '-i', identity, '-p', `${proxy.port}`, ...options.flatMap((o) => ['-o', o])];
    const child = promisify(execFile)('ssh', [...argv, `${sshd.user}@127.0.0.1`, 'sh -s']);
    child.child.stdin!.end('echo in\n');
    expect((await child).stdout).toBe('in\n');
    const theirs = proxy.roundTrips();
    expect(ours).toBeLessThan(theirs);
  });
});
