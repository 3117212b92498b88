import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fanout } from '../../src/fanout/fanout.ts';
import type { FanoutSpec } from '../../src/fanout/types.ts';
import type { Target } from '../../src/kit/types.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { type Faulty, faulty, sshStub } from '../transport/faulty.ts';
import { newKeyFile } from '../transport/sshd.ts';
import { raw, target } from '../transport/subjects.ts';

describe('promise 5: machines that accept the connection and answer nothing', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-hung-'));
  const identity = join(dir, 'id');
  let good: Faulty & { hostKey: string };
  let hung: Faulty;
  let transport: Transport;

  beforeAll(async () => {
    newKeyFile(identity);
    good = await sshStub((channel) =>
      channel.once('data', () => {
        channel.write('fireaxe:n0nce:began\n');
        channel.exit(0);
        channel.end();
      }),
    );
    hung = await faulty(() => undefined);
    writeFileSync(join(dir, 'known'), `[127.0.0.*]:* ${good.hostKey}\n`);
    transport = await createSshTransport({ kit: { knownHosts: [join(dir, 'known')] } });
  });
  afterAll(async () => {
    await transport.close();
    good.close();
    hung.close();
    rmSync(dir, { recursive: true });
  });

  const nodes = (n: number, at: Faulty, name: string): Target[] =>
    Array.from({ length: n }, (_, i) =>
      target({ name: `${name}${i}`, port: at.port, ssh: { user: 'u', identity } }),
    );

  /** How long until the last healthy node is done, with this many hung ones before it; then stops waiting. */
  async function healthyAfter(count: number, of: Partial<FanoutSpec> = {}) {
    const targets = [...nodes(count, hung, 'hung'), ...nodes(30, good, 'good')];
    const stopWaiting = new AbortController();
    const began = performance.now();
    let lastMs = 0;
    let ok = 0;
    const spec = {
      targets,
      script: raw('true'),
      waves: [targets.length],
      parallel: 64,
      budget: targets.length,
      connectMs: 90_000,
      runMs: 60_000,
      ...of,
    };
    const verdict = await fanout(spec, {
      transport: async () => transport,
      transportsTo: () => ['ssh'],
      stop: new AbortController().signal,
      stopWaiting: stopWaiting.signal,
      onEvent(event) {
        if (event.kind !== 'outcome' || event.outcome.state !== 'ok') return;
        lastMs = performance.now() - began;
        if (++ok === 30) stopWaiting.abort();
      },
    });
    return { lastMs, verdict };
  }

  it.each([64, 200])('%d of them first in line hold no healthy one up', async (count) => {
    const { lastMs, verdict } = await healthyAfter(count);
    expect(verdict.counts.ok).toBe(30);
    // They would hold all permits for 90 s.
    expect(lastMs).toBeLessThan(30_000);
  });

  it('make room only as far as the budget allows', async () => {
    const { verdict } = await healthyAfter(100, { budget: 3, connectMs: 2_500 });
    expect(verdict.stoppedBy).toBe('budget');
    // The worst case of the plan: the budget and what is in flight.
    expect(verdict.counts.unreachable).toBeLessThanOrEqual(3 + 64);
    expect(hung.connections()).toBeGreaterThan(64);
  });

  it('have no second limit: as many handshakes at once as --parallel says', async () => {
    const before = hung.connections();
    const stopWaiting = new AbortController();
    const targets = nodes(300, hung, 'hung');
    const running = fanout(
      {
        targets,
        script: raw('true'),
        waves: [300],
        parallel: 300,
        budget: 0,
        connectMs: 60_000,
        runMs: 5_000,
      },
      {
        transport: async () => transport,
        transportsTo: () => ['ssh'],
        stop: new AbortController().signal,
        stopWaiting: stopWaiting.signal,
      },
    );
    await expect.poll(() => hung.connections() - before, { timeout: 6_000 }).toBe(300);
    stopWaiting.abort();
    await running;
  });
});
