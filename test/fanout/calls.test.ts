import { describe, expect, it } from 'vitest';
import { fanout } from '../../src/fanout/fanout.ts';
import type { Transport } from '../../src/transport/types.ts';
import { fakeTransport, outcome, script, targets } from './fake-transport.ts';

const signals = () => ({ stop: new AbortController().signal, stopWaiting: new AbortController().signal });
const spec = (count: number, parallel: number) => ({
  targets: targets(count, { via: ['ssm' as const] }),
  script,
  waves: [count],
  parallel,
  budget: count,
  connectMs: 1000,
  runMs: 1000,
});

describe('the parallelism of a transport that takes many targets by one call', () => {
  it('counts its calls', async () => {
    const ssm = fakeTransport(({ name }) => outcome(name), { name: 'ssm', group: 50 });
    await fanout(spec(500, 4), { transport: async () => ssm, transportsTo: () => ['ssm'], ...signals() });
    expect(ssm.ran).toHaveLength(10);
    expect(ssm.most).toBeGreaterThan(150);
    expect(ssm.most).toBeLessThanOrEqual(200);
  });

  it('leaves the nodes of another transport alone while it waits for its turn', async () => {
    const slow: Transport = {
      ...fakeTransport(({ name }) => outcome(name), { name: 'ssm', group: 50 }),
      async *run(batch) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        for (const { name } of batch) yield outcome(name);
      },
    };
    const ssh = fakeTransport(({ name }) => outcome(name));
    const began = performance.now();
    let sshDone = 0;
    await fanout(spec(200, 1), {
      transport: async (name) => (name === 'ssm' ? slow : ssh),
      transportsTo: ({ name }) => (name === 'n200' ? ['ssh'] : ['ssm']),
      ...signals(),
      onEvent(event) {
        if (event.kind === 'outcome' && event.outcome.target === 'n200') sshDone = performance.now() - began;
      },
    });
    expect(sshDone).toBeLessThan(200);
  });
});
