import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudContext, CloudSide } from '../../src/actions/types.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import type { CloudInstance } from '../../src/drill/cloud/world.ts';
import type { Target } from '../../src/kit/types.ts';
import type { BeforeState, Op } from '../../src/node/types.ts';
import type { NodeResult } from '../../src/transport/types.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';

/** What every cloud action takes of the outside: no environment, and waits of milliseconds. */
export const QUICK = {
  env: () => ({}),
  sleep: (ms: number, signal: AbortSignal) => delay(Math.min(ms, 15), undefined, { signal }),
  now: Date.now,
};

export interface CloudBench<P> {
  world: FakeWorld;
  endpoint: CloudEndpoint;
  targets: Target[];
  /** The journal: the before-states by node. */
  saved: Map<string, BeforeState>;
  notes: string[];
  /** One operation on the n-th target; undo and a second apply get the before-state from the journal. */
  run(op: Op, n: number, params: P, more?: Partial<CloudContext>): Promise<NodeResult>;
  close(): Promise<void>;
}

/** A cloud action before the drill's endpoint. */
export async function cloudBench<P>(
  side: CloudSide<P>,
  count: number,
  roles: Target['roles'],
  change?: (machine: CloudInstance, n: number) => void,
): Promise<CloudBench<P>> {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-cloud-'));
  const world = fakeWorld(count, change);
  const endpoint = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  // Each run has its own, and a check is a session of its own.
  const shared = new Map<string, Map<string, unknown>>();
  const sharedBy = (key: string) => shared.get(key) ?? shared.set(key, new Map()).get(key)!;
  const bench: CloudBench<P> = {
    world,
    endpoint,
    saved: new Map(),
    notes: [],
    targets: world.machines.map((machine, n) => ({
      name: `n${n}`,
      cluster: 'a',
      roles,
      address: machine.privateIp,
      internalAddress: machine.privateIp,
      port: 22,
      labels: {},
      instanceId: instanceId(n),
      ssh: { user: 'root', useAgent: false, sudo: false },
      via: ['ssm'],
      cloud: { region: 'us-west-2', credentialsFile, configFile },
    })),
    run(op, n, params, more = {}) {
      const target = bench.targets[n]!;
      const before = bench.saved.get(target.name);
      const context = {
        cluster: {},
        nodes: bench.targets,
        targets: bench.targets,
        ...(before && { before }),
        saveBefore: async (state: BeforeState) => void bench.saved.set(target.name, state),
        shared: sharedBy(`${more.runId ?? ''} ${op === 'check'}`),
        note: (text: string) => void bench.notes.push(text),
        runId: 'run-1',
        stepId: 'step',
        signal: new AbortController().signal,
        ...more,
      };
      return side.run(op, target, params, context as unknown as CloudContext);
    },
    async close() {
      await endpoint.close();
      await rm(dir, { recursive: true });
    },
  };
  return bench;
}
