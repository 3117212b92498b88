import type { Target } from '../../src/kit/types.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../../src/transport/types.ts';

export const NONCE = 'n0nce';

/** A node to reach; only what the test is about is given. */
export function target(of: Partial<Omit<Target, 'ssh'>> & { ssh?: Partial<Target['ssh']> } = {}): Target {
  const { ssh, ...rest } = of;
  return {
    name: 'n1',
    cluster: 'c',
    roles: ['worker'],
    address: '127.0.0.1',
    internalAddress: '127.0.0.1',
    port: 22,
    labels: {},
    via: ['ssh'],
    ...rest,
    ssh: { user: 'root', useAgent: false, sudo: false, ...ssh },
  };
}

/** A plain text whose output is the result. */
export function raw(text: string, of: Partial<NodeScript> = {}): NodeScript {
  return { textFor: () => text, nonce: NONCE, protocol: false, maxOutput: 64 * 1024, label: 'test', ...of };
}

/** A text that ends with a result line of this state. */
export function told(text: string, state = 'changed', of: Partial<NodeScript> = {}): NodeScript {
  const line = JSON.stringify({ fireaxe: 1, nonce: NONCE, op: 'apply', state });
  return raw(`${text}\nprintf '\\n%s\\n' '${line}'`, { protocol: true, ...of });
}

export type Asked = Partial<TransportOptions>;

/** Every outcome of the targets, run side by side as the fan-out does. */
export async function runAll(
  transport: Transport,
  targets: Target[],
  script: NodeScript,
  asked: Asked = {},
): Promise<Outcome[]> {
  const options = { connectMs: 40_000, runMs: 40_000, signal: new AbortController().signal, ...asked };
  const perBatch = await Promise.all(
    transport.batches(targets, script).map(async (batch) => {
      const outcomes: Outcome[] = [];
      for await (const outcome of transport.run(batch, script, options)) outcomes.push(outcome);
      return outcomes;
    }),
  );
  return perBatch.flat();
}

export async function runOne(
  transport: Transport,
  to: Target,
  script: NodeScript,
  asked: Asked = {},
): Promise<Outcome> {
  const outcomes = await runAll(transport, [to], script, asked);
  if (outcomes.length !== 1) throw new Error(`${outcomes.length} outcomes of one target`);
  return outcomes[0]!;
}
