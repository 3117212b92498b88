import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloudDeps } from '../../../src/actions/cloud/side.ts';
import { parseParams } from '../../../src/actions/params.ts';
import { scale } from '../../../src/actions/scale/action.ts';
import { cloudSide } from '../../../src/actions/scale/cloud.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import type { Target } from '../../../src/kit/types.ts';
import type { BeforeState, Op } from '../../../src/node/types.ts';
import type { NodeResult, Outcome } from '../../../src/transport/types.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';

export const BIG = 'm7i.8xlarge';

export interface ScaleBench {
  world: FakeWorld;
  endpoint: CloudEndpoint;
  targets: Target[];
  /** Nodes whose etcd member does not answer. */
  sick: Set<string>;
  /** What other members say in place of being well. */
  says: Map<string, Record<string, string>>;
  saved: BeforeState[];
  /** What was done to the world, and when the before-state was saved. */
  events: string[];
  /** What was told to the people who watch. */
  notes: string[];
  run(op: Op, more?: RunMore): Promise<NodeResult>;
  close(): Promise<void>;
}

export interface RunMore {
  n?: number;
  params?: Record<string, unknown>;
  before?: BeforeState;
  deps?: Partial<CloudDeps>;
  signal?: AbortSignal;
}

/** The real action before the drill's endpoint: three control-plane machines that do as they are told. */
export async function scaleBench(): Promise<ScaleBench> {
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-scale-'));
  const world = fakeWorld(3);
  const endpoint = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000 });
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  const bench: ScaleBench = {
    world,
    endpoint,
    sick: new Set(),
    says: new Map(),
    saved: [],
    events: [],
    notes: [],
    targets: world.machines.map((_, n) => ({
      name: `cp${n}`,
      cluster: 'a',
      roles: ['control-plane'],
      address: `10.0.0.${n}`,
      internalAddress: `10.0.0.${n}`,
      port: 22,
      labels: { 'node.kubernetes.io/instance-type': 'm5.large' },
      instanceId: instanceId(n),
      ssh: { user: 'root', useAgent: false, sudo: false },
      via: ['ssm'],
      cloud: { region: 'us-west-2', credentialsFile, configFile },
    })),
    run(op, more = {}) {
      const params = parseParams(scale, { type: BIG, ...more.params }, 'scale');
      const side = cloudSide({
        env: () => ({}),
        sleep: (ms, signal) => delay(Math.min(ms, 15), undefined, { signal }),
        now: Date.now,
        ...more.deps,
      });
      return side.run(op, bench.targets[more.n ?? 0]!, params, contextOf(bench, more));
    },
    async close() {
      await endpoint.close();
      await rm(dir, { recursive: true });
    },
  };
  for (const step of ['stop', 'start', 'retype'] as const) {
    const act = world[step].bind(world) as (id: string, how: unknown) => unknown;
    Object.assign(world, {
      [step]: (id: string, how: unknown) => {
        const forced = how === true ? ' by force' : '';
        bench.events.push(`${step} cp${Number.parseInt(id.slice(2), 16)}${forced}`);
        return act(id, how);
      },
    });
  }
  return bench;
}

function contextOf(bench: ScaleBench, more: RunMore): CloudContext {
  return {
    cluster: {},
    nodes: bench.targets,
    targets: bench.targets,
    ...(more.before ? { before: more.before } : {}),
    async saveBefore(before: BeforeState) {
      await delay(20);
      bench.events.push('saved');
      bench.saved.push(before);
    },
    reach: async (of: Target[]) => of.map((target) => etcdSays(bench, target)),
    note: (text: string) => void bench.notes.push(text),
    runId: 'run-1',
    stepId: 'scale',
    signal: more.signal ?? new AbortController().signal,
  } as unknown as CloudContext;
}

function etcdSays({ world, sick, says }: ScaleBench, target: Target): Outcome {
  const up = world.machines[Number(target.name.slice(2))]!.state === 'running';
  const well = sick.has(target.name) ? { etcd: 'no-answer' } : { etcd: 'ok', etcdVotes: '1' };
  const data = says.get(target.name) ?? well;
  return {
    target: target.name,
    state: up ? 'ok' : 'unreachable',
    stdout: '',
    stderr: '',
    truncated: false,
    startedAt: '',
    endedAt: '',
    ...(up && { result: { fireaxe: 1, op: 'check', state: 'ok', data } }),
  };
}

/** Each look at it lets a second pass. */
export function fastClock(): () => number {
  let at = 0;
  return () => {
    at += 1000;
    return at;
  };
}
