import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fenceNetwork } from '../../../src/actions/fence-network/action.ts';
import { networkSide } from '../../../src/actions/fence-network/cloud.ts';
import { parseParams } from '../../../src/actions/params.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import { type NetworkApi, networkApi } from '../../../src/aws/network-api.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import type { Target } from '../../../src/kit/types.ts';
import type { BeforeState, Op } from '../../../src/node/types.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { type NetworkWorld, networkWorld } from './world.ts';

export const NOW = Date.parse('2026-11-30T02:00:00Z');

export interface NetworkBench {
  world: NetworkWorld;
  endpoint: CloudEndpoint;
  targets: Target[];
  kubernetes: { apiserverPort: number; clientPorts: number[]; alwaysAllow: string[] };
  /** The state before, by target, as the journal would have it. */
  journal: Map<string, BeforeState>;
  runId: string;
  /** Comes between the action and EC2. */
  wrap?: (api: NetworkApi) => NetworkApi;
  /** Runs an operation on the n-th node, with what the journal has. */
  run(op: Op, more?: { n?: number; params?: Record<string, unknown> }): Promise<NodeResult>;
  /** The inbound rules of a network ACL as text, without the last one. */
  rules(acl: string): string[];
  close(): Promise<void>;
}

/** The real action before the simulated EC2. */
export async function networkBench(world = networkWorld()): Promise<NetworkBench> {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-net-'));
  const endpoint = await createCloudEndpoint(world, { perSecond: 10_000, burst: 10_000 });
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  const bench: NetworkBench = {
    world,
    endpoint,
    kubernetes: { apiserverPort: 6443, clientPorts: [], alwaysAllow: [] },
    journal: new Map(),
    runId: 'run-1',
    targets: world.machines.map((machine, n) => ({
      name: n < 2 ? `cp${n}` : `w${n - 2}`,
      cluster: 'a',
      roles: n < 2 ? ['control-plane', 'etcd'] : ['worker'],
      address: machine.privateIp,
      internalAddress: machine.privateIp,
      port: 22,
      labels: {},
      instanceId: machine.id,
      ssh: { user: 'root', useAgent: false, sudo: false },
      via: ['ssm'],
      cloud: { region: 'us-west-2', credentialsFile, configFile },
    })),
    async run(op, { n = 0, params = {} } = {}) {
      const read = parseParams(fenceNetwork, params, 'fence');
      const side = networkSide(async (profile, patience, env) => {
        const api = await networkApi(profile, patience, env);
        return bench.wrap?.(api) ?? api;
      })({
        env: () => ({}),
        sleep: (ms, signal) => delay(Math.min(ms, 5), undefined, { signal }),
        now: () => NOW,
      });
      const target = bench.targets[n]!;
      return side.run(op, target, read, contextOf(bench, target));
    },
    rules: (acl) =>
      world.network.acls
        .find(({ id }) => id === acl)!
        .entries.filter(({ egress, number }) => !egress && number < 32_767)
        .map(({ number, action, cidr, from }) => `${number} ${action} ${from ?? 'all'} ${cidr}`),
    async close() {
      await endpoint.close();
      await rm(dir, { recursive: true });
    },
  };
  return bench;
}

function contextOf(bench: NetworkBench, { name }: Target): CloudContext {
  const before = bench.journal.get(name);
  return {
    cluster: { bastions: {}, kubernetes: bench.kubernetes },
    nodes: bench.targets,
    targets: bench.targets,
    ...(before ? { before } : {}),
    async saveBefore(state: BeforeState) {
      bench.journal.set(name, state);
    },
    reach: async () => [],
    note: () => {},
    runId: bench.runId,
    stepId: 'fence-network',
    signal: new AbortController().signal,
  } as unknown as CloudContext;
}
