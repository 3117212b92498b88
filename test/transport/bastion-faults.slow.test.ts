import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bastion } from '../../src/kit/types.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import { faulty } from './faulty.ts';
import type { RealSshd } from './sshd.ts';
import { noSshd, startSshd } from './sshd.ts';
import { raw, runAll, runOne, target } from './subjects.ts';

describe.skipIf(noSshd)('a bastion that fails', () => {
  let nodes: RealSshd;
  let bastion: RealSshd;
  let proxy: Server;
  let between: [Socket, Socket][] = [];
  /** So many connections end before a word. */
  let drops = 0;

  /** As a firewall does that forgets a connection: nothing passes any more, and nobody is told. */
  const forget = () => {
    for (const [near, far] of between) {
      near.unpipe(far).resume();
      far.unpipe(near).resume();
    }
    between = [];
  };
  const jump = (port = (proxy.address() as { port: number }).port): Bastion => ({
    name: 'b1',
    address: '127.0.0.1',
    port,
    user: bastion.user,
    identity: bastion.identity,
  });
  const node = (i: number, by = jump()) =>
    target({
      name: `n${i}`,
      address: `127.0.0.${i + 2}`,
      port: nodes.port,
      ssh: { user: nodes.user, identity: nodes.identity, jump: by },
    });
  const open = (aliveMs?: number) => {
    const file = join(nodes.dir, 'known_hosts');
    writeFileSync(file, `[127.0.0.*]:${nodes.port} ${nodes.hostKey}\n[127.0.0.1]:* ${bastion.hostKey}\n`);
    return createSshTransport({ kit: { knownHosts: [file] }, aliveMs });
  };

  beforeAll(async () => {
    nodes = await startSshd(['MaxStartups 200']);
    bastion = await startSshd();
    proxy = createServer((near) => {
      if (drops > 0) {
        drops--;
        near.destroy();
        return;
      }
      const far = connect(bastion.port, '127.0.0.1');
      between.push([near, far]);
      near.on('error', () => undefined).pipe(far);
      far.on('error', () => undefined).pipe(near);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    proxy?.close();
    await nodes?.stop();
    await bastion?.stop();
  });

  it('whose connection is forgotten on the way: the next nodes come by a new one', async () => {
    const transport = await open(300);
    expect(await runOne(transport, node(1), raw('true'))).toMatchObject({ state: 'ok' });
    forget();
    const waits = { connectMs: 18_000 };
    const outcomes = await runAll(transport, [node(2), node(3), node(4)], raw('true'), waits);
    expect(outcomes.map((outcome) => outcome.state)).toEqual(['ok', 'ok', 'ok']);
    await transport.close();
  });

  it('whose connection is forgotten under a command: unknown, long before its deadline', async () => {
    const transport = await open(300);
    const onEvent = ({ phase }: { phase: string }) => phase === 'launched' && setImmediate(forget);
    const outcome = await runOne(transport, node(1), raw('sleep 30'), { runMs: 600_000, onEvent });
    expect(outcome).toMatchObject({ state: 'unknown', reason: { code: 'connection-lost' } });
    await transport.close();
  });

  it('that drops logins, as beyond its MaxStartups: the system ssh comes again too', async () => {
    await open();
    drops = 3;
    const transport = createOpensshTransport({ kit: { knownHosts: [join(nodes.dir, 'known_hosts')] } });
    const outcomes = await runAll(transport, [node(1), node(2), node(3)], raw('true'), { connectMs: 18_000 });
    expect(outcomes.map((outcome) => outcome.state)).toEqual(['ok', 'ok', 'ok']);
    expect(drops).toBe(0);
  });

  it('that is silent is named, not the node behind it', async () => {
    const silent = await faulty(() => undefined);
    const ssh = await open();
    const openssh = createOpensshTransport({ kit: { knownHosts: [join(nodes.dir, 'known_hosts')] } });
    for (const transport of [ssh, openssh]) {
      const { reason } = await runOne(transport, node(1, jump(silent.port)), raw('true'), {
        connectMs: 1000,
      });
      expect(reason).toMatchObject({
        code: 'connect-timeout',
        message: expect.stringMatching(/bastion b1/),
      });
    }
    silent.close();
  });
});
