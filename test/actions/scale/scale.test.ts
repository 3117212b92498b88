import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { type ScaleParams, scale } from '../../../src/actions/scale/action.ts';
import { cloudSide, type ScaleDeps } from '../../../src/actions/scale/cloud.ts';
import type { BeforeState, CloudContext, Op } from '../../../src/actions/types.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import { type Ec2Api, ec2Api } from '../../../src/kit/ec2-api.ts';
import type { Target } from '../../../src/kit/types.ts';
import type { NodeResult, Outcome } from '../../../src/transport/types.ts';
import { type FakeWorld, fakeWorld, instanceId } from '../../drill/cloud/fake-world.ts';

const BIG = 'm7i.8xlarge';
let dir: string;
let world: FakeWorld;
let endpoint: CloudEndpoint;
/** Nodes whose etcd member does not answer. */
let sick: Set<string>;
let saved: BeforeState[];
/** What was done to the world, and when the before-state was saved. */
let events: string[];
let targets: Target[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-scale-'));
  world = fakeWorld(3);
  endpoint = await createCloudEndpoint(world);
  const credentialsFile = join(dir, 'credentials');
  const configFile = join(dir, 'config');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(configFile, `[default]\nendpoint_url = ${endpoint.url}\n`);
  sick = new Set();
  saved = [];
  events = [];
  targets = world.machines.map((_, n) => ({
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
  }));
  for (const step of ['stop', 'start', 'retype'] as const) {
    const act = world[step].bind(world) as (id: string, type: string) => unknown;
    Object.assign(world, {
      [step]: (id: string, type: string) => {
        events.push(`${step} cp${Number.parseInt(id.slice(2), 16)}`);
        return act(id, type);
      },
    });
  }
});

afterEach(async () => {
  await endpoint.close();
  await rm(dir, { recursive: true });
});

function run(
  op: Op,
  more: {
    n?: number;
    params?: Record<string, unknown>;
    before?: BeforeState;
    deps?: Partial<ScaleDeps>;
    signal?: AbortSignal;
  } = {},
): Promise<NodeResult> {
  const params = parseParams<ScaleParams>(scale, { type: BIG, ...more.params }, 'scale');
  const context = {
    cluster: {},
    nodes: targets,
    targets,
    ...(more.before ? { before: more.before } : {}),
    async saveBefore(before: BeforeState) {
      await delay(20);
      events.push('saved');
      saved.push(before);
    },
    async reach(of: Target[]): Promise<Outcome[]> {
      return of.map((target) => {
        const up = world.machines[Number(target.name.slice(2))]!.state === 'running';
        return {
          target: target.name,
          state: up ? 'ok' : 'unreachable',
          stdout: '',
          stderr: '',
          truncated: false,
          startedAt: '',
          endedAt: '',
          ...(up && {
            result: {
              fireaxe: 1,
              op: 'check',
              state: 'ok',
              data: { etcd: sick.has(target.name) ? 'no-answer' : 'ok' },
            },
          }),
        };
      });
    },
    note: () => {},
    runId: 'run-1',
    stepId: 'scale',
    signal: more.signal ?? new AbortController().signal,
  } as unknown as CloudContext;
  const side = cloudSide({
    ec2: (profile) => ec2Api(profile, {}),
    sleep: (ms, signal) => delay(Math.min(ms, 15), undefined, { signal }),
    now: Date.now,
    ...more.deps,
  });
  return side.run(op, targets[more.n ?? 0]!, params, context);
}

const machine = (n: number) => world.machines[n]!;

describe('scale', () => {
  it('checks without touching anything', async () => {
    const result = await run('check');
    expect(result).toMatchObject({ state: 'would', before: { type: 'm5.large', state: 'running' } });
    expect(result.note).toContain('running m5.large; would become m7i.8xlarge');
    expect(events).toEqual([]);
  });

  it('saves the way back, stops, retypes, starts, and waits for the member', async () => {
    const result = await run('apply');
    expect(result).toMatchObject({ state: 'changed', before: { type: 'm5.large' } });
    expect(events).toEqual(['saved', 'stop cp0', 'retype cp0', 'start cp0']);
    expect(saved).toEqual([{ type: 'm5.large', state: 'running', address: '10.0.0.0' }]);
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
    expect((await run('verify')).state).toBe('ok');
    expect(await run('receipt')).toMatchObject({ state: 'ok', data: { state: 'changed' } });
  });

  it('says already the second time', async () => {
    machine(0).type = BIG;
    expect((await run('check')).state).toBe('already');
    expect((await run('apply')).state).toBe('already');
    expect(events).toEqual([]);
  });

  it('goes back to the type before, and says already when it is there', async () => {
    machine(0).type = BIG;
    const before = { type: 'm5.large', state: 'running' };
    expect((await run('undo', { before })).state).toBe('changed');
    expect(machine(0)).toMatchObject({ type: 'm5.large', state: 'running' });
    expect((await run('undo', { before })).state).toBe('already');
    expect(await run('undo')).toMatchObject({ state: 'refused', code: 'no-before' });
  });

  it.each([
    ['stopped as the former type', 'stopped', 'm5.large'],
    ['stopped as the new type', 'stopped', BIG],
  ] as const)('finishes what an earlier run left %s', async (_, state, type) => {
    Object.assign(machine(0), { state, type });
    // The others alone are no majority, but this one is down already.
    sick.add('cp1');
    expect((await run('receipt')).state).toBe('interrupted');
    expect((await run('verify')).state).toBe('failed');
    expect(await run('apply')).toMatchObject({ state: 'changed', before: { type: 'm5.large' } });
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
    expect(events).not.toContain('stop cp0');
  });

  it('overwrites no journal where it cannot know the former type', async () => {
    Object.assign(machine(0), { state: 'stopped', type: BIG });
    targets[0] = { ...targets[0]!, labels: {} };
    const result = await run('apply');
    expect(result.state).toBe('changed');
    expect(result.before).toBeUndefined();
    expect(saved).toEqual([]);
  });

  it('finds nothing begun where nothing was', async () => {
    expect((await run('receipt')).state).toBe('absent');
  });

  it('keeps the journaled before-state when it applies again', async () => {
    machine(0).state = 'stopped';
    await run('apply', { before: { type: 'm6i.xlarge', state: 'running' } });
    expect(saved).toEqual([{ type: 'm6i.xlarge', state: 'running' }]);
  });
});

describe("scale and etcd's quorum", () => {
  it.each(['check', 'apply', 'undo'] as const)('%s refuses where no majority would remain', async (op) => {
    sick.add('cp2');
    const before = { type: 'm6i.large' };
    const result = await run(op, op === 'undo' ? { before } : {});
    expect(result).toMatchObject({ state: 'refused', code: 'quorum' });
    expect(result.note).toContain('only 1 of 3');
    expect(result.note).toContain('cp2');
    expect(events).toEqual([]);
  });

  it('goes on with a sick member of its own', async () => {
    sick.add('cp0');
    const result = await run('apply', { params: { within: '10s' }, deps: { now: fastClock() } });
    expect(result).toMatchObject({ state: 'failed', code: 'member-not-back' });
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
  });

  it('refuses with a single member, and with nobody to count', async () => {
    targets = [targets[0]!];
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'quorum' });
    targets = [{ ...targets[0]!, roles: ['worker'] }];
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'quorum' });
    expect(events).toEqual([]);
  });

  it('counts members by the etcd role where there is one', async () => {
    targets = targets.map((t, n) => ({ ...t, roles: n === 0 ? ['control-plane'] : ['etcd'] }));
    sick.add('cp1').add('cp2');
    expect((await run('check')).state).toBe('would');
    expect((await run('check', { n: 1 })).code).toBe('quorum');
  });

  it('holds a floor above the majority', async () => {
    expect(await run('apply', { params: { floor: '3' } })).toMatchObject({
      state: 'refused',
      code: 'quorum',
    });
  });

  it('goes without only where it is said so, and the plan says it too', async () => {
    sick.add('cp1').add('cp2');
    const params = { ignoreQuorum: 'true' };
    expect((await run('apply', { params })).state).toBe('changed');
    expect(scale.summary(parseParams(scale, { type: BIG, ...params }, 's') as ScaleParams)).toContain(
      'WITHOUT',
    );
  });
});

describe('scale refuses what EC2 cannot do', () => {
  it.each([
    ['a Spot instance', { spot: true }, 'spot'],
    ['an instance-store root', { rootDevice: 'instance-store' as const }, 'instance-store'],
    ['a member of a scaling group', { tags: { 'aws:autoscaling:groupName': 'cp' } }, 'scaling-group'],
    ['a terminated one', { state: 'terminated' as const }, 'gone'],
    ['another architecture', { type: 'm7g.large' }, 'architecture'],
  ])('%s', async (_, machineIs, code) => {
    Object.assign(machine(0), machineIs);
    expect(await run('check')).toMatchObject({ state: 'refused', code });
    expect(await run('apply')).toMatchObject({ state: 'refused', code });
    expect(events).toEqual([]);
  });

  it('a type that is not sold, an instance that is not there, a node without an id', async () => {
    expect(await run('check', { params: { type: 'z9.large' } })).toMatchObject({ code: 'no-such-type' });
    targets[1] = { ...targets[1]!, instanceId: 'i-0000000000000ffff' };
    expect(await run('check', { n: 1 })).toMatchObject({ code: 'gone' });
    const { instanceId: _, ...nameless } = targets[2]!;
    targets[2] = nameless;
    expect(await run('check', { n: 2 })).toMatchObject({ code: 'no-instance-id' });
  });

  it('takes the word of who suspended the group', async () => {
    machine(0).tags['aws:autoscaling:groupName'] = 'cp';
    expect((await run('check', { params: { groupSuspended: 'true' } })).state).toBe('would');
  });

  it('goes back to the former type where EC2 has no room for the new one', async () => {
    const noRoom = async (profile: Parameters<typeof ec2Api>[0]): Promise<Ec2Api> => {
      const api = await ec2Api(profile, {});
      return {
        ...api,
        async start(id, signal) {
          if (machine(0).type === BIG)
            throw Object.assign(new Error('none left'), { name: 'InsufficientInstanceCapacity' });
          await api.start(id, signal);
        },
      };
    };
    const result = await run('apply', { deps: { ec2: noRoom } });
    expect(result).toMatchObject({ state: 'failed', code: 'no-capacity' });
    expect(result.note).toContain('runs as m5.large again');
    expect(machine(0)).toMatchObject({ type: 'm5.large', state: 'running' });
  });

  it('ends when a machine will not stop, and when it is told to let go', async () => {
    world.stop = async (id) => {
      find(id).state = 'stopping';
    };
    const slow = await run('apply', { params: { within: '10s' }, deps: { now: fastClock() } });
    expect(slow).toMatchObject({ state: 'failed', code: 'too-slow' });
    const letGo = new AbortController();
    const running = run('apply', { n: 1, signal: letGo.signal, params: { ignoreQuorum: true } });
    setTimeout(() => letGo.abort(), 60);
    await expect(running).rejects.toThrow();
  });

  it('says which credentials failed', async () => {
    endpoint.faults.refuse.DescribeInstances = 'AuthFailure';
    await expect(run('check')).rejects.toMatchObject({ kind: 'credentials' });
  });
});

describe('the parameters of scale', () => {
  it.each([
    [{}, /type/],
    [{ type: 'big' }, /instance type/],
    [{ type: BIG, floor: '0' }, /./],
    [{ type: BIG, tpye: 'x' }, /tpye/],
    [{ type: BIG, within: '5' }, /time/],
  ])('refuse %o', (raw, message) => {
    expect(() => parseParams(scale, raw, 'scale')).toThrow(message);
  });
});

function find(id: string) {
  return world.machines.find((m) => m.id === id)!;
}

/** Each look at it lets a second pass. */
function fastClock(): () => number {
  let at = 0;
  return () => {
    at += 1000;
    return at;
  };
}
