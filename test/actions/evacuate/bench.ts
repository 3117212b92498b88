import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { evacuate } from '../../../src/actions/evacuate/action.ts';
import { cloudSide } from '../../../src/actions/evacuate/cloud.ts';
import { parseParams } from '../../../src/actions/params.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import type { BalancerWorld } from '../../../src/drill/cloud/elb/world.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import type { DnsWorld } from '../../../src/drill/cloud/route53/world.ts';
import type { Target, TrafficSwitch } from '../../../src/kit/types.ts';
import type { BeforeState, Op } from '../../../src/node/types.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';
import { group } from '../cordon-balancer/bench.ts';

export const LISTENER = 'arn:aws:elasticloadbalancing:us-west-2:1:listener/app/shop/1/2';
export const RULE = 'arn:aws:elasticloadbalancing:us-west-2:1:listener-rule/app/shop/1/2/3';
const groupOf = (cluster: string) => group(cluster, []).arn;

/** Three clusters behind one balancer, each with two healthy targets, and in one record. */
export function threeClusters(): { balancers: BalancerWorld; dns: DnsWorld } {
  const groups = ['a', 'b', 'c'].map((name, n) => group(name, [instanceId(2 * n), instanceId(2 * n + 1)]));
  const weights = [50, 30, 20];
  const forward = (arn: string) => ({
    arn,
    groups: groups.map((one, n) => ({ arn: one.arn, weight: weights[n]! })),
    stickySeconds: 60,
  });
  const set = (name: string, n: number) => ({
    name: 'shop.example.com.',
    type: 'A',
    set: `set-${name}`,
    weight: [1, 1, 0][n]!,
    ttl: 30,
    values: [`192.0.2.${n}`],
  });
  return {
    balancers: { groups, forwards: [forward(LISTENER), forward(RULE)], drainMs: 0, checkMs: 0 },
    dns: { zones: { Z1: ['a', 'b', 'c'].map(set) } },
  };
}

export const atListener: TrafficSwitch = {
  listener: LISTENER,
  sets: {},
  groups: { a: groupOf('a'), b: groupOf('b'), c: groupOf('c') },
  ceilings: { b: 60, c: 40 },
};
export const atRecord: TrafficSwitch = {
  record: { zone: 'Z1', name: 'shop.example.com', type: 'A' },
  sets: { a: 'set-a', b: 'set-b', c: 'set-c' },
  groups: { b: groupOf('b') },
  ceilings: {},
};

export interface EvacuateBench {
  balancers: BalancerWorld;
  dns: DnsWorld;
  endpoint: CloudEndpoint;
  /** What the kit names now. */
  traffic: TrafficSwitch[];
  saved: BeforeState[];
  notes: string[];
  /** Called in each pause. */
  onSleep: (ms: number) => void;
  run(op: Op, more?: { params?: Record<string, unknown>; before?: BeforeState }): Promise<NodeResult>;
  /** Weights of a listener or rule, or of the record. */
  weights(arn?: string): number[];
  close(): Promise<void>;
}

/** The real action before the drill's services, without waiting. */
export async function evacuateBench(traffic: TrafficSwitch[]): Promise<EvacuateBench> {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-evacuate-'));
  const { balancers, dns } = threeClusters();
  const world = Object.assign(fakeWorld(6), { balancers, dns });
  const endpoint = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  let passed = 0;
  const bench: EvacuateBench = {
    balancers,
    dns,
    endpoint,
    traffic,
    saved: [],
    notes: [],
    onSleep: () => {},
    run(op, more = {}) {
      const params = parseParams(evacuate, more.params ?? {}, 'evacuate');
      const side = cloudSide({
        env: () => ({}),
        async sleep(ms) {
          passed += ms;
          bench.onSleep(ms);
          await delay(1);
        },
        now: () => passed,
      });
      const context = {
        cluster: { name: 'a', traffic: bench.traffic },
        ...(more.before ? { before: more.before } : {}),
        async saveBefore(before: BeforeState) {
          await delay(5);
          bench.saved.push(before);
        },
        note: (text: string) => void bench.notes.push(text),
        shared: new Map(),
        signal: new AbortController().signal,
      } as unknown as CloudContext;
      const target = { name: 'cp0', cloud: { region: 'us-west-2', credentialsFile, configFile } };
      return side.run(op, target as Target, params, context);
    },
    weights: (arn) =>
      arn === undefined
        ? dns.zones.Z1!.map(({ weight }) => weight)
        : balancers.forwards.find((one) => one.arn === arn)!.groups.map(({ weight }) => weight),
    async close() {
      await endpoint.close();
      await rm(dir, { recursive: true });
    },
  };
  return bench;
}
