import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bastion } from '../../src/kit/types.ts';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import { faulty } from './faulty.ts';
import type { RealSshd } from './sshd.ts';
import { newKeyFile, noSshd, startSshd } from './sshd.ts';
import { raw, runAll, runOne, target } from './subjects.ts';

describe.skipIf(noSshd)('nodes behind a bastion', () => {
  let nodes: RealSshd;
  let bastion: RealSshd;
  let jump: Bastion;

  beforeAll(async () => {
    nodes = await startSshd(['MaxStartups 200']);
    // The bastion keeps sshd's own MaxStartups 10:30:100.
    bastion = await startSshd();
    jump = {
      name: 'b1',
      address: '127.0.0.1',
      port: bastion.port,
      user: bastion.user,
      identity: bastion.identity,
    };
  });
  afterAll(async () => {
    await nodes?.stop();
    await bastion?.stop();
  });

  const kit = (...lines: string[]) => {
    const file = join(nodes.dir, `known-${Math.random()}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return { kit: { knownHosts: [file] } };
  };
  const both = () =>
    kit(`[127.0.0.*]:${nodes.port} ${nodes.hostKey}`, `[127.0.0.1]:${bastion.port} ${bastion.hostKey}`);
  const node = (i: number, through = jump) =>
    target({
      name: `n${i}`,
      address: `127.0.0.${i + 2}`,
      port: nodes.port,
      ssh: { user: nodes.user, identity: nodes.identity, jump: through },
    });
  const logins = () => Number(readFileSync(join(bastion.dir, 'log'), 'utf8').match(/Accepted/g)?.length ?? 0);

  it('shares one connection, and checks both host keys', async () => {
    const transport = await createSshTransport(both());
    const before = logins();
    const outcomes = await runAll(
      transport,
      Array.from({ length: 40 }, (_, i) => node(i)),
      raw('echo ok'),
    );
    expect(outcomes.map((outcome) => outcome.state)).toEqual(Array(40).fill('ok'));
    expect(logins() - before).toBe(1);
    await transport.close();

    const other = newKeyFile(join(nodes.dir, `other-${Math.random()}`));
    const wrongNode = await createSshTransport(
      kit(`[127.0.0.*]:${nodes.port} ${other}`, `[127.0.0.1]:${bastion.port} ${bastion.hostKey}`),
    );
    expect(await runOne(wrongNode, node(0), raw('true'))).toMatchObject({
      reason: { code: 'host-key-changed', message: expect.not.stringContaining('bastion') },
    });
    await wrongNode.close();
    const wrongBastion = await createSshTransport(kit(`[127.0.0.*]:${nodes.port} ${nodes.hostKey}`));
    expect(await runOne(wrongBastion, node(0), raw('true'))).toMatchObject({
      reason: { code: 'host-key-unknown', message: expect.stringContaining('bastion b1') },
    });
  });

  it('is not shared with one that goes by another name, or is logged in to by another certificate', async () => {
    const alias = { ...jump, hostKeyAlias: 'known' };
    const transport = await createSshTransport(
      kit(`[127.0.0.*]:${nodes.port} ${nodes.hostKey}`, `known ${bastion.hostKey}`),
    );
    const before = logins();
    expect(await runOne(transport, node(0, alias), raw('true'))).toMatchObject({ state: 'ok' });
    expect(await runOne(transport, node(1, { ...jump, hostKeyAlias: 'other' }), raw('true'))).toMatchObject({
      reason: { code: 'host-key-unknown' },
    });
    const certified = { ...alias, certificate: join(nodes.dir, 'none-cert.pub') };
    expect(await runOne(transport, node(2, certified), raw('true'))).toMatchObject({ state: 'ok' });
    expect(logins() - before).toBe(2);
    await transport.close();
  });

  it('tells a node that the bastion cannot reach', async () => {
    const transport = await createSshTransport(both());
    const nowhere = target({ ...node(0), port: 1 });
    expect(await runOne(transport, nowhere, raw('true'))).toMatchObject({
      state: 'unreachable',
      reason: { code: 'refused' },
    });
    await transport.close();
  });

  it('dies in mid-wave: what had left is unknown, the rest unreachable', async () => {
    const doomed = await startSshd(['MaxStartups 200']);
    const through = { ...jump, name: 'doomed', port: doomed.port, identity: doomed.identity };
    const transport = await createSshTransport(
      kit(`[127.0.0.*]:${nodes.port} ${nodes.hostKey}`, `[127.0.0.1]:${doomed.port} ${doomed.hostKey}`),
    );
    let launched = 0;
    let died = () => {};
    const dead = new Promise<void>((resolve) => {
      died = resolve;
    });
    const first = runAll(
      transport,
      [0, 1, 2].map((i) => node(i, through)),
      raw('sleep 60'),
      {
        onEvent: (event) => {
          if (event.phase !== 'launched' || ++launched < 3) return;
          // Its children hold the connections; they go first.
          execFileSync('sh', ['-c', `kill -9 ${doomed.pid} $(pgrep -P ${doomed.pid})`]);
          died();
        },
      },
    );
    await dead;
    await new Promise((resolve) => setTimeout(resolve, 200));
    const later = await runAll(
      transport,
      [3, 4].map((i) => node(i, through)),
      raw('true'),
      { connectMs: 2000 },
    );
    // The node's own session process under the dead bastion may live on: its outcome cannot be known.
    expect((await first).map((outcome) => outcome.state)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(later.map((outcome) => outcome.state)).toEqual(['unreachable', 'unreachable']);
    await transport.close();
    await doomed.stop();
  });

  it('has no limit of its own: nodes that hang behind it do not delay the others', async () => {
    const hung = await faulty(() => undefined);
    const transport = await createSshTransport(both());
    const stopWaiting = new AbortController();
    const silent = Array.from({ length: 64 }, (_, i) =>
      target({ ...node(i), address: '127.0.0.1', port: hung.port }),
    );
    const all = runAll(transport, silent, raw('true'), { signal: stopWaiting.signal });
    // Eight a second would be let through otherwise.
    await expect.poll(() => hung.connections(), { timeout: 6_000 }).toBe(64);
    stopWaiting.abort();
    expect((await all).map((outcome) => outcome.state)).toEqual(Array(64).fill('not-attempted'));
    await transport.close();
    hung.close();
  });

  it('works for the system ssh as well', async () => {
    const transport = createOpensshTransport(both());
    expect(await runOne(transport, node(1), raw('echo through'))).toMatchObject({
      state: 'ok',
      stdout: 'through\n',
    });
  });
});
