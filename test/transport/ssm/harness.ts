import { SSMClient } from '@aws-sdk/client-ssm';
import {
  type CloudEndpoint,
  type CloudEndpointOptions,
  createCloudEndpoint,
} from '../../../src/drill/cloud/endpoint.ts';
import type { Target } from '../../../src/kit/types.ts';
import { ssmApi } from '../../../src/transport/ssm/api.ts';
import { createSsmTransport } from '../../../src/transport/ssm/transport.ts';
import type { NodeScript, Outcome, Transport, TransportOptions } from '../../../src/transport/types.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';

export const NONCE = 'c0ffee0123456789';

/** A script whose text does nothing: the fake world answers by itself. */
export const script: NodeScript = {
  textFor: () => ':',
  nonce: NONCE,
  protocol: true,
  maxOutput: 65_536,
  label: 'fireaxe run-1 step apply',
};

export function resultLine(state: string, more: object = {}): string {
  return `\n${JSON.stringify({ fireaxe: 1, nonce: NONCE, op: 'apply', state, ...more })}\n`;
}

export interface Harness {
  world: FakeWorld;
  endpoint: CloudEndpoint;
  transport: Transport;
  targets: Target[];
  /** How many clients were made. */
  clients(): number;
  run(more?: Partial<TransportOptions>, text?: NodeScript, of?: Target[]): Promise<Outcome[]>;
  close(): Promise<void>;
}

/** Real SDK clients against the drill's endpoint; faster looks than production's. */
export async function harness(
  count: number,
  options: CloudEndpointOptions & { sleep?: (ms: number) => Promise<void> } = {},
): Promise<Harness> {
  const world = fakeWorld(count);
  world.answer = (id) => ({ code: 0, stdout: `${id}${resultLine('changed')}`, stderr: '' });
  const endpoint = await createCloudEndpoint(world, {
    perSecond: 1000,
    burst: 1000,
    listedAfterMs: 30,
    deliveryMs: 1,
    record: true,
    ...options,
  });
  let clients = 0;
  const transport = createSsmTransport({
    clientFor: async () => {
      clients++;
      return ssmApi(
        new SSMClient({
          endpoint: endpoint.url,
          region: 'us-west-2',
          maxAttempts: 1,
          credentials: { accessKeyId: 'AK', secretAccessKey: 's' },
        }),
      );
    },
    poll: { firstMs: 60, everyMs: 60 },
    ...(options.sleep ? { sleep: options.sleep } : {}),
  });
  const targets = world.machines.map((_, n) => target(n));
  return {
    world,
    endpoint,
    transport,
    targets,
    clients: () => clients,
    async run(more = {}, text = script, of = targets) {
      const outcomes: Outcome[] = [];
      const signal = new AbortController().signal;
      for (const batch of transport.batches(of, text))
        for await (const outcome of transport.run(batch, text, {
          connectMs: 20_000,
          runMs: 20_000,
          signal,
          ...more,
        }))
          outcomes.push(outcome);
      return outcomes;
    },
    async close() {
      await transport.close();
      await endpoint.close();
    },
  };
}

export function target(n: number): Target {
  return {
    name: `n${n}`,
    cluster: 'a',
    roles: ['worker'],
    address: `10.0.0.${n}`,
    internalAddress: `10.0.0.${n}`,
    port: 22,
    labels: {},
    instanceId: instanceId(n),
    ssh: { user: 'root', useAgent: false, sudo: false },
    via: ['ssm'],
    cloud: { region: 'us-west-2' },
  };
}

export function statesOf(outcomes: Outcome[]): Record<string, string> {
  return Object.fromEntries(outcomes.map((o) => [o.target, o.state]));
}
