import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cordonBalancer } from '../../../src/actions/cordon-balancer/action.ts';
import { cloudSide } from '../../../src/actions/cordon-balancer/cloud.ts';
import { parseParams } from '../../../src/actions/params.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import type { BalancerWorld, TargetGroupState } from '../../../src/drill/cloud/elb/world.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import type { Target } from '../../../src/kit/types.ts';
import type { BeforeState, Op } from '../../../src/node/types.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';

export interface BalancerBench {
  world: FakeWorld;
  balancers: BalancerWorld;
  endpoint: CloudEndpoint;
  targets: Target[];
  saved: BeforeState[];
  notes: string[];
  /** A new process of a run. */
  restart(): void;
  run(
    op: Op,
    n: number,
    more?: { params?: Record<string, unknown>; before?: BeforeState },
  ): Promise<NodeResult>;
  /** The registrations of a group: `id:port state`. */
  shown(name: string): string[];
  close(): Promise<void>;
}

/** A group with these instances, healthy. */
export function group(name: string, ids: string[], more: Partial<TargetGroupState> = {}): TargetGroupState {
  const port = more.port ?? 443;
  return {
    arn: `arn:aws:elasticloadbalancing:us-west-2:1:targetgroup/${name}/0`,
    name,
    type: 'instance',
    port,
    protocol: 'HTTPS',
    balancers: ['arn:lb'],
    drainSeconds: 300,
    targets: ids.map((id) => ({ id, port, state: 'healthy' })),
    ...more,
  };
}

/** The real action before the drill's balancers: three nodes. */
export async function balancerBench(groups: TargetGroupState[]): Promise<BalancerBench> {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-elb-'));
  const world = fakeWorld(3, (machine) => (machine.vpc = 'vpc-0'));
  const balancers: BalancerWorld = { groups, forwards: [], drainMs: 30, checkMs: 30 };
  world.balancers = balancers;
  const endpoint = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  const saved: BeforeState[] = [];
  const notes: string[] = [];
  let shared = new Map<string, unknown>();
  const side = cloudSide({
    env: () => ({}),
    sleep: (ms, signal) => delay(Math.min(ms, 10), undefined, { signal }),
    now: fast(),
  });
  const targets = world.machines.map(
    ({ id, privateIp }, n) =>
      ({
        name: `n${n}`,
        cluster: 'a',
        roles: ['worker'],
        address: privateIp,
        internalAddress: privateIp,
        port: 22,
        labels: {},
        instanceId: id,
        ssh: { user: 'root', useAgent: false, sudo: false },
        via: ['ssm'],
        cloud: { region: 'us-west-2', credentialsFile, configFile },
      }) satisfies Target,
  );
  return {
    world,
    balancers,
    endpoint,
    targets,
    saved,
    notes,
    restart: () => (shared = new Map()),
    run(op, n, more = {}) {
      const params = parseParams(cordonBalancer, more.params ?? {}, 'cordon-balancer');
      const context = {
        ...(more.before ? { before: more.before } : {}),
        async saveBefore(before: BeforeState) {
          await delay(5);
          saved.push(before);
        },
        shared,
        note: (text: string) => void notes.push(text),
        signal: new AbortController().signal,
      } as unknown as CloudContext;
      return side.run(op, targets[n]!, params, context);
    },
    shown: (name) =>
      balancers.groups
        .find((one) => one.name === name)!
        .targets.map(({ id, port, zone, state }) => `${id}:${port}${zone ? ` ${zone}` : ''} ${state}`)
        .sort(),
    async close() {
      await endpoint.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** Each look at it lets 300 milliseconds pass besides those of the machine, so that waits end soon. */
function fast(): () => number {
  let more = 0;
  return () => {
    more += 300;
    return Date.now() + more;
  };
}

export const ids = [0, 1, 2].map(instanceId);
