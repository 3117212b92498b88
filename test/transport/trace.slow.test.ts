import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionTrace, TraceEvent } from '../../src/base/trace.ts';
import type { Target } from '../../src/kit/types.ts';
import { createLocalTransport } from '../../src/transport/local/transport.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { noSshd, type RealSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

let traced: ConnectionTrace[];
const onTrace = (event: TraceEvent) => void (event.kind === 'connection' && traced.push(event));
const steps = () => traced.map(({ target, phase, failure }) => [target, phase, failure?.code ?? 'ok']);
const SECRET = 'k4n4ry';

beforeEach(() => {
  traced = [];
});

describe.skipIf(noSshd)('a trace of ssh', () => {
  let sshd: RealSshd;
  let node: Target;
  let ssh: Transport;
  let kit: { knownHosts: string[] };

  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 200']);
    const knownHosts = join(sshd.dir, 'known');
    writeFileSync(knownHosts, `[127.0.0.*]:* ${sshd.hostKey}\n`);
    kit = { knownHosts: [knownHosts] };
    ssh = await createSshTransport({ kit, onTrace });
    node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
  });
  afterAll(async () => {
    await ssh?.close();
    await sshd?.stop();
  });

  it('tells the login and the session with their time and address', async () => {
    await runOne(ssh, node, raw(`true # ${SECRET}`, { secret: Buffer.from(SECRET) }));
    expect(traced).toEqual([
      {
        kind: 'connection',
        transport: 'ssh',
        target: 'n1',
        address: `127.0.0.1 port ${sshd.port}`,
        phase: 'auth',
        ms: expect.any(Number),
      },
      expect.objectContaining({ phase: 'session' }),
    ]);
    expect(JSON.stringify(traced)).not.toContain(SECRET);
  });

  it('tells the bastion before the node behind it', async () => {
    const { user, identity, port } = sshd;
    const jump = { name: 'b1', address: '127.0.0.2', port, user, identity };
    await runOne(ssh, target({ port, ssh: { user, identity, jump } }), raw('true'));
    expect(steps()).toEqual([
      ['bastion b1', 'auth', 'ok'],
      ['n1', 'auth', 'ok'],
      ['n1', 'session', 'ok'],
    ]);
  });

  it('tells a refused login with the phase and the code', async () => {
    await runOne(ssh, { ...node, ssh: { ...node.ssh, user: 'nobody-there' } }, raw('true'));
    expect(steps()).toEqual([['n1', 'auth', 'auth']]);
  });

  it('tells each try at a peer that hangs up, and where a silent one was given up', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await runOne(ssh, { ...node, port }, raw('true'));
    expect(traced.length).toBeGreaterThan(2);
    expect(new Set(steps().map((step) => step.join()))).toEqual(new Set(['n1,banner,dropped']));
    server.close();
    traced = [];
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    await runOne(ssh, { ...node, port: (silent.address() as AddressInfo).port }, raw('true'), {
      connectMs: 300,
    });
    expect(steps()).toEqual([['n1', 'banner', 'connect-timeout']]);
    silent.close();
  });

  it('tells a login by openssh, and one that failed', async () => {
    const openssh = createOpensshTransport({ kit, onTrace });
    await runOne(openssh, node, raw('true'));
    await runOne(openssh, { ...node, port: 1 }, raw('true'));
    expect(steps()).toEqual([
      ['n1', 'login', 'ok'],
      ['n1', 'login', 'refused'],
    ]);
    expect(traced[0]).toMatchObject({ transport: 'openssh' });
  });
});

it('a trace of local tells the start of the shell', async () => {
  await runOne(createLocalTransport({ onTrace }), target(), raw('true'));
  expect(traced).toEqual([expect.objectContaining({ transport: 'local', phase: 'shell' })]);
});
