import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planActionStep } from '../../src/plan/draft.ts';
import { sealPlan } from '../../src/plan/seal.ts';
import { execute } from '../../src/run/execute.ts';
import { openReader } from '../../src/run/gate/reach.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { envFor, kitOf } from '../run/fake-fleet.ts';
import { type Faulty, faulty, sshStub } from './faulty.ts';
import { newKeyFile } from './sshd.ts';
import { type Asked, raw, runOne, target } from './subjects.ts';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-phases-'));
const identity = join(dir, 'id');
const open: { close(): unknown }[] = [];

beforeAll(() => newKeyFile(identity));
afterAll(() => {
  for (const one of open) one.close();
  rmSync(dir, { recursive: true });
});

async function serve<T extends Faulty>(server: Promise<T>): Promise<T> {
  const one = await server;
  open.push(one);
  return one;
}

async function trusting(...hostKeys: string[]): Promise<Transport> {
  const file = join(dir, `known-${open.length}`);
  writeFileSync(file, hostKeys.map((key) => `[127.0.0.*]:* ${key}\n`).join(''));
  const transport = await createSshTransport({ kit: { knownHosts: [file] } });
  open.push(transport);
  return transport;
}

/** The far shell: says that it is there after a while, then runs the text. */
const shell =
  (readyMs: number) =>
  (channel: ssh2.ServerChannel): void => {
    setTimeout(() => channel.write('fireaxe:n0nce:ready\n'), readyMs);
    channel.once('data', () => {
      channel.write('fireaxe:n0nce:began\nfine\n');
      channel.exit(0);
      channel.end();
    });
  };

async function against(server: Faulty & { hostKey: string }, asked: Asked, sudo = false) {
  const to = target({ port: server.port, ssh: { user: 'ops', identity, sudo } });
  return runOne(await trusting(server.hostKey), to, raw('true'), asked);
}

describe('each phase has its own clock, which starts with it', () => {
  it('does not count the wait for sudo as time of the script', async () => {
    const server = await serve(sshStub(shell(2500)));
    const asked = { connectMs: 20_000, loginMs: 30_000, runMs: 2000 };
    expect(await against(server, asked, true)).toMatchObject({ state: 'ok', stdout: 'fine\n' });
  });

  it('does not count a slow login as the time to connect', async () => {
    const auth = (context: ssh2.AuthContext) => void setTimeout(() => context.accept(), 2500);
    const server = await serve(sshStub(shell(0), { auth }));
    expect(await against(server, { connectMs: 2400, loginMs: 30_000 })).toMatchObject({ state: 'ok' });
  });

  it('the reason names sudo, nothing has left, and it says how long', async () => {
    const sent: Buffer[] = [];
    const server = await serve(
      sshStub((channel) => void channel.on('data', (chunk: Buffer) => sent.push(chunk))),
    );
    expect(await against(server, { loginMs: 3000, connectMs: 20_000 }, true)).toMatchObject({
      state: 'unreachable',
      reason: { phase: 'sudo', message: expect.stringContaining('sudo did not answer within 3.0s') },
    });
    expect(sent).toEqual([]);
  });
});

describe('the deadline of a person', () => {
  const kinds = {
    silent: () => faulty(() => undefined),
    'in the key exchange': () => faulty((socket) => void socket.write('SSH-2.0-Hang\r\n')),
    'in the login': () => sshStub(() => undefined, { auth: () => undefined }),
    'in sudo': () => sshStub((channel) => void channel.resume()),
    'before the script': () => sshStub((channel) => void channel.write('fireaxe:n0nce:ready\n')),
  };

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])('ends a target that hangs %s', async (kind) => {
    const server = await serve(kinds[kind]() as Promise<Faulty & { hostKey: string }>);
    const transport = await trusting(server.hostKey ?? 'ssh-ed25519 AAAA');
    const to = target({ port: server.port, ssh: { user: 'ops', identity, sudo: kind !== 'in the login' } });
    const asked = { connectMs: 60_000, loginMs: 60_000, runMs: 60_000, wholeMs: 1500 };
    const began = performance.now();
    const { state } = await runOne(transport, to, raw('true'), asked);
    expect(performance.now() - began).toBeLessThan(1500 + 2000);
    expect(state).toBe(kind === 'before the script' ? 'timed-out' : 'unreachable');
  });

  it('holds with the look at the receipts and all tries: exec --timeout on machines that hang', async () => {
    const kit = kitOf(3);
    const cluster = kit.clusters.c!;
    const hung = await serve(faulty(() => undefined));
    // Runs the text, and never ends.
    const stuck = await serve(
      sshStub((channel) => {
        channel.on('data', (chunk: Buffer) => {
          const nonce = /fireaxe:(\w+):began/.exec(String(chunk))?.[1];
          if (nonce) channel.write(`fireaxe:${nonce}:began\n`);
        });
      }),
    );
    cluster.ssh.identity = identity;
    cluster.fleet.nodes.forEach((node, i) => {
      Object.assign(node, { address: '127.0.0.1', port: i === 0 ? hung.port : stuck.port });
    });
    const request = { kit, cluster, reason: 'test', now: new Date(), overrides: { timeoutMs: 2000 } };
    const step = planActionStep(
      {
        id: 'exec',
        action: 'exec',
        params: { command: 'sleep 60' },
        targets: ['n1', 'n2', 'n3'],
        maxFailures: '100%',
        place: 'test',
      },
      request,
    );
    const workstreams = [{ name: 'exec', title: 'exec', needs: {}, steps: [step] }];
    const plan = sealPlan({ name: 'exec', title: 'exec', params: {}, workstreams }, request);
    const env = envFor(kit, await trusting(stuck.hostKey));
    const began = performance.now();
    const verdict = await execute(plan, env);
    // Within 2 s after it; the rest is for a busy machine.
    expect(performance.now() - began).toBeLessThan(2000 + 2000 + 6000);
    expect(verdict.counts).toMatchObject({ unreachable: 1, 'timed-out': 2 });
  });

  it('reaches what only reads, as the kit does', async () => {
    const server = await serve(sshStub(shell(2500)));
    const transport = await trusting(server.hostKey);
    const env = envFor(kitOf(1), transport);
    const to = target({ port: server.port, ssh: { user: 'ops', identity, sudo: true }, via: ['ssh'] });
    const readBy = (timeouts: object, timeoutMs?: number) =>
      openReader({ ...env, transport: async () => transport }, { timeouts }, timeoutMs).reach(
        [to],
        raw('true'),
      );
    const [late, patient, raised] = await Promise.all([
      readBy({ loginMs: 1000 }),
      readBy({ loginMs: 30_000, readMs: 2000 }),
      readBy({ loginMs: 1000 }, 30_000),
    ]);
    expect(late![0]).toMatchObject({ state: 'unreachable', reason: { phase: 'sudo' } });
    expect(patient![0]).toMatchObject({ state: 'ok' });
    expect(raised![0]).toMatchObject({ state: 'ok' });
  });
});
