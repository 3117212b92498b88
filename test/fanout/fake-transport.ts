import type { Target } from '../../src/kit/types.ts';
import type { NodeScript, Outcome, Transport } from '../../src/transport/types.ts';

export const script: NodeScript = {
  textFor: () => 'true',
  nonce: 'n',
  protocol: false,
  maxOutput: 1000,
  label: 'test',
};

export function target(name: string, rest: Partial<Target> = {}): Target {
  return {
    name,
    cluster: 'c',
    roles: ['worker'],
    address: '127.0.0.1',
    port: 22,
    internalAddress: '127.0.0.1',
    labels: {},
    ssh: { user: 'root', useAgent: false, sudo: false },
    via: ['ssh'],
    ...rest,
  };
}

export const targets = (n: number, rest: Partial<Target> = {}) =>
  Array.from({ length: n }, (_, i) => target(`n${i + 1}`, rest));

export function outcome(name: string, state: Outcome['state'] = 'ok', rest: Partial<Outcome> = {}): Outcome {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    target: name,
    state,
    stdout: '',
    stderr: '',
    truncated: false,
    via: 'ssh',
    startedAt: at,
    endedAt: at,
    ...rest,
  };
}

/** A transport that gives prepared answers, one turn of the event loop later, and records its targets. */
export function fakeTransport(
  answer: (target: Target) => Outcome | Promise<Outcome>,
  { name = 'ssh', group = 1 }: { name?: Transport['name']; group?: number } = {},
): Transport & { ran: string[][]; most: number } {
  let inFlight = 0;
  const fake = {
    name,
    ran: [] as string[][],
    most: 0,
    batches: (all: Target[]) =>
      Array.from({ length: Math.ceil(all.length / group) }, (_, i) => all.slice(i * group, (i + 1) * group)),
    async *run(batch: Target[]) {
      fake.ran.push(batch.map((t) => t.name));
      inFlight += batch.length;
      fake.most = Math.max(fake.most, inFlight);
      for (const t of batch) {
        await new Promise((r) => setImmediate(r));
        const result = await answer(t);
        inFlight--;
        yield result;
      }
    },
    async close() {},
  };
  return fake;
}
