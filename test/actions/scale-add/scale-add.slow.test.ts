import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scaleAdd } from '../../../src/actions/scale-add/action.ts';
import { cloudSide } from '../../../src/actions/scale-add/cloud.ts';
import type { ScaleAddParams } from '../../../src/actions/scale-add/params.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import type { Target } from '../../../src/kit/types.ts';
import type { Op } from '../../../src/node/types.ts';
import type { Outcome } from '../../../src/transport/types.ts';
import { type CloudBench, cloudBench, QUICK } from '../cloud-bench.ts';
import { controlPlane, TEMPLATE, withLaunches } from './world.ts';

let b: CloudBench<ScaleAddParams>;
/** What etcd says on each host; `undefined` does not answer. */
let etcd: (Record<string, string> | undefined)[];
/** By how much the clock goes on at each look at it, besides the time of the machine. */
let leap: number;

beforeEach(async () => {
  leap = 0;
  let more = 0;
  const now = () => {
    more += leap;
    return Date.now() + more;
  };
  b = await cloudBench(cloudSide({ ...QUICK, now }), 3, ['control-plane']);
  for (const [n, like] of controlPlane().machines.entries()) {
    const { vpc, subnet, zone } = like;
    Object.assign(b.world.machines[n]!, { vpc, subnet, zone });
  }
  withLaunches(b.world);
  etcd = [0, 1, 2].map(() => voting(3));
});
afterEach(() => b.close());

const voting = (members: number) => ({ etcd: 'ok', etcdVotes: '1', etcdMembers: String(members) });

const reach = async (targets: Target[]) =>
  targets.map(({ name }) => {
    const data = etcd[Number(name.slice(1))];
    return {
      target: name,
      state: data ? 'ok' : 'unreachable',
      ...(data && { result: { fireaxe: 1, op: 'check', state: 'ok', data } }),
    } as unknown as Outcome;
  });

const run = (op: Op, params: object = {}, more: Partial<CloudContext> = {}) =>
  b.run(
    op,
    0,
    parseParams(
      scaleAdd,
      { add: '1', template: TEMPLATE, within: '30s', ...params },
      'scale',
    ) as ScaleAddParams,
    { reach, ...more },
  );

const added = () => b.world.machines.filter(({ token }) => token !== undefined);
const alive = () => added().filter(({ state }) => state === 'running');
/** What would go on costing money. */
const left = () => added().filter(({ state }) => !['shutting-down', 'terminated'].includes(state));
const shown = (name: string) =>
  b.world
    .balancers!.groups.find((group) => group.name === name)!
    .targets.map(({ id, port, state }) => `${id}:${port} ${state}`);
const changing = () =>
  Object.keys(b.endpoint.calls).filter((call) => /^(Run|Terminate|Register|Deregister)/.test(call));
const version = (n: number) => b.world.launches!.templates[0]!.versions[n - 1]!;

describe('scale-add', () => {
  it('checks without launching anything', async () => {
    const result = await run('check', { add: '2' });
    expect(result.state).toBe('would');
    expect(result.data).toEqual({ machines: '2' });
    expect(result.note).toBe(
      'would launch m7i.4xlarge of ami-0bbb (api-servers version 2) in subnet-0 (us-west-2a), subnet-1 (us-west-2b); ' +
        'registered in api (6443), api-ip (8443); ' +
        'if each joins etcd: 3 members become 5, of which 3 must vote (2 now); ' +
        "joining the cluster is the business of the template's user data",
    );
    expect(added()).toEqual([]);
    expect(changing()).toEqual(['RunInstances']);
    expect(b.saved.size).toBe(0);
  });

  it('launches, registers, and takes away again what it launched', async () => {
    const result = await run('apply', { add: '2' });
    expect(result).toMatchObject({ state: 'changed', data: { machines: '2' } });
    expect(result.note).toContain('fireaxe nodes --discover --save');
    expect(alive().map(({ type, subnet }) => `${type} ${subnet}`)).toEqual([
      'm7i.4xlarge subnet-0',
      'm7i.4xlarge subnet-1',
    ]);
    expect(alive()[0]!.tags).toMatchObject({
      'fireaxe:run': 'run-1',
      'kubernetes.io/cluster/prod': 'owned',
      Name: 'api',
    });
    for (const { id, privateIp } of alive()) {
      expect(shown('api')).toContain(`${id}:6443 healthy`);
      expect(shown('api-ip')).toContain(`${privateIp}:8443 healthy`);
    }
    expect(shown('web')).toHaveLength(1);
    expect(shown('elsewhere')).toHaveLength(1);
    expect((await run('verify', { add: '2' })).state).toBe('ok');
    expect(await run('receipt', { add: '2' })).toMatchObject({ state: 'ok', data: { state: 'changed' } });

    expect((await run('undo', { add: '2' })).state).toBe('changed');
    expect(left()).toEqual([]);
    expect(b.world.machines.slice(0, 3).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
    expect(shown('api')).toHaveLength(3);
    expect((await run('undo', { add: '2' })).state).toBe('already');
    expect((await run('verify', { add: '2' })).state).toBe('failed');
  });

  it.each([
    ['by its default version', TEMPLATE, 'm7i.4xlarge'],
    ['by a number', `${TEMPLATE}:1`, 'm5.large'],
    ['by name, the latest', 'api-servers:latest', 'm7i.4xlarge'],
  ])('takes a template %s', async (_, template, type) => {
    expect((await run('apply', { template })).state).toBe('changed');
    expect(alive()).toMatchObject([{ type }]);
  });

  it('keeps to the version that it planned with, also where the default changed since', async () => {
    const kill = new AbortController();
    const saveBefore: CloudContext['saveBefore'] = async (state) => {
      b.saved.set('n0', state);
      kill.abort();
    };
    await expect(run('apply', {}, { signal: kill.signal, saveBefore })).rejects.toThrow();
    b.world.launches!.templates[0]!.usual = 1;
    expect((await run('apply')).state).toBe('changed');
    expect(alive()).toMatchObject([{ type: 'm7i.4xlarge' }]);
  });

  it("repeats the template's network interfaces, in the subnet that it chose", async () => {
    version(2).interfaces = [{ device: 0, groups: ['sg-1', 'sg-2'], publicIp: false }];
    expect((await run('apply')).state).toBe('changed');
    expect(alive()).toMatchObject([{ subnet: 'subnet-0', groups: ['sg-1', 'sg-2'] }]);
  });

  it('leaves the subnet to a template that names one', async () => {
    version(2).interfaces = [{ device: 0, groups: ['sg-1'], subnet: 'subnet-2' }];
    expect((await run('apply', { add: '2' })).state).toBe('changed');
    expect(alive()).toMatchObject([{ subnet: 'subnet-2' }, { subnet: 'subnet-2' }]);
  });

  it('keeps to the zone that a template names', async () => {
    version(2).zone = 'us-west-2b';
    expect((await run('apply', { add: '2' })).state).toBe('changed');
    expect(alive()).toMatchObject([{ subnet: 'subnet-1' }, { subnet: 'subnet-1' }]);
    version(2).zone = 'us-west-2d';
    b.saved.clear();
    expect(await run('check')).toMatchObject({ state: 'refused', code: 'odd-template' });
  });

  it('begins in the zones that have the fewest', async () => {
    b.world.machines[1]!.subnet = 'subnet-0';
    expect((await run('apply')).state).toBe('changed');
    expect(alive()).toMatchObject([{ subnet: 'subnet-2' }]);
  });

  it('says so where the template has no tag of the cluster', async () => {
    expect((await run('check', { template: `${TEMPLATE}:1` })).note).toContain(
      'WITHOUT a tag kubernetes.io/cluster/a',
    );
  });
});

describe('scale-add refuses', () => {
  const refused = async (code: string, note: RegExp, params: object = {}) => {
    for (const op of ['check', 'apply'] as const) {
      const result = await run(op, params);
      expect(result).toMatchObject({ state: 'refused', code });
      expect(result.note).toMatch(note);
    }
    expect(added()).toEqual([]);
    expect(b.saved.size).toBe(0);
  };

  it.each(['lt-00000000000000000', 'no-such-name', `${TEMPLATE}:9`])(
    'a template that EC2 does not have: %s',
    async (template) => {
      await refused('no-template', /EC2 has no launch template/, { template });
    },
  );

  it("another cluster's template", async () => {
    for (const { tags } of b.world.machines) tags['kubernetes.io/cluster/stage'] = 'owned';
    await refused(
      'odd-template',
      /tagged kubernetes.io\/cluster\/prod, those of this control plane .*\/stage/,
    );
    for (const { tags } of b.world.machines) tags['kubernetes.io/cluster/prod'] = 'shared';
    expect((await run('check')).state).toBe('would');
  });

  it('a template of Spot machines', async () => {
    version(2).spot = true;
    await refused('spot', /Spot/);
  });

  it('a control plane that is in no target group, except with --without-balancer', async () => {
    for (const group of b.world.balancers!.groups) group.targets = [];
    await refused('no-balancer', /--without-balancer/);
    expect((await run('apply', { withoutBalancer: true })).state).toBe('changed');
    expect(shown('api')).toEqual([]);
    expect(b.endpoint.calls.RegisterTargets).toBeUndefined();
  });

  it('credentials that may not launch', async () => {
    b.endpoint.faults.refuse.RunInstances = 'UnauthorizedOperation';
    await refused('not-permitted', /do not allow ec2:RunInstances.*nothing was changed/);
  });

  it('what EC2 would refuse', async () => {
    b.endpoint.faults.refuse.RunInstances = 'InvalidAMIID.NotFound';
    await refused('odd-template', /EC2 refuses a launch in subnet-0: InvalidAMIID.NotFound/);
  });

  it('a control plane that EC2 does not know', async () => {
    b.world.machines.length = 0;
    await refused('gone', /no machine of the control plane/);
  });

  it('what could stop etcd, except with --ignore-quorum', async () => {
    etcd[2] = undefined;
    await refused(
      'quorum',
      /3 members become 4, of which 3 must vote \(2 now\), and 2 are known to vote.*n2: /,
    );
    expect((await run('apply', { ignoreQuorum: true })).state).toBe('changed');
  });

  it('more members at once than those that vote can carry', async () => {
    await refused('quorum', /3 members become 6, of which 4 must vote/, { add: '3' });
  });

  it('nothing for an etcd on machines of its own', async () => {
    b.targets.push({ ...b.targets[0]!, name: 'n9', roles: ['etcd'], instanceId: 'i-09999999999999999' });
    const { state, note } = await run('check', { add: '3' });
    expect(state).toBe('would');
    expect(note).toContain('etcd runs on machines of its own');
  });
});

describe('scale-add, where EC2 does not do as it should', () => {
  it('tells that there is no capacity, and is undone', async () => {
    b.endpoint.faults.noRoomFor.add('m7i.4xlarge');
    expect(await run('apply')).toMatchObject({ state: 'failed', code: 'no-capacity' });
    expect((await run('undo')).state).toBe('already');
    expect(added()).toEqual([]);
  });

  it('tells why a machine ended at once, and launches no other in its place', async () => {
    b.endpoint.faults.fallingTypes.add('m7i.4xlarge');
    for (let n = 0; n < 2; n++) {
      const result = await run('apply');
      expect(result).toMatchObject({ state: 'failed', code: 'gone' });
      expect(result.note).toContain('Client.InternalError');
    }
    expect(added()).toHaveLength(1);
  });

  it('waits for health, and says that it did not come', async () => {
    b.world.balancers!.checkMs = 3_600_000;
    leap = 1000;
    const result = await run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'not-healthy' });
    expect(result.note).toContain(`${alive()[0]!.id} in api: initial Elb.InitialHealthChecking`);
    expect(await run('receipt')).toMatchObject({ state: 'interrupted' });
  });

  it('does not register a machine that does not pass the checks', async () => {
    b.world.launches!.statusMs = 3_600_000;
    leap = 1000;
    const result = await run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'too-slow' });
    expect(result.note).toContain("did not pass EC2's status checks");
    expect(b.endpoint.calls.RegisterTargets).toBeUndefined();
  });

  it.each(['error-500', 'reset', 'empty', 'cut'] as const)(
    'launches one machine although the answer was lost by %s',
    async (how) => {
      b.endpoint.faults.afterAcceptance.RunInstances = { how, times: 2 };
      b.endpoint.faults.afterAcceptance.TerminateInstances = { how, times: 1 };
      expect((await run('apply')).state).toBe('changed');
      expect(added()).toHaveLength(1);
      expect((await run('undo')).state).toBe('changed');
      expect(left()).toEqual([]);
    },
  );

  /** Cut off at that call; whether it was before its end. */
  const killedAt = async (op: Op, calls: number): Promise<boolean> => {
    const served = () => Object.values(b.endpoint.calls).reduce((sum, count) => sum + count, 0);
    const from = served();
    const kill = new AbortController();
    const first = run(op, { add: '2' }, { signal: kill.signal }).then(
      () => false,
      () => true,
    );
    let ended = false;
    void first.then(() => {
      ended = true;
    });
    while (!ended && served() - from < calls) await new Promise(setImmediate);
    kill.abort();
    return first;
  };
  const anew = () => {
    b.world.machines.length = 3;
    b.world.launches!.tokens.clear();
    b.saved.clear();
  };

  it('needs no template for a machine that was launched already', async () => {
    await run('apply');
    b.world.launches!.templates = [];
    expect((await run('apply')).state).toBe('changed');
    expect(alive()).toHaveLength(1);
  });

  it('is finished by the next attempt, at whichever call the first one was killed, with one machine each', async () => {
    for (let calls = 1, killed = true; killed; calls++) {
      killed = await killedAt('apply', calls);
      if ((await run('receipt', { add: '2' })).state !== 'ok')
        expect((await run('apply', { add: '2' })).state).toBe('changed');
      expect(alive()).toHaveLength(2);
      expect(added()).toHaveLength(2);
      expect((await run('undo', { add: '2' })).state).toBe('changed');
      anew();
    }
  }, 60_000);

  it('is undone at whichever call it was killed, and whichever call of its undo was the last', async () => {
    for (let calls = 1, killed = true; killed; calls++) {
      const [applied, undone] = [await killedAt('apply', calls), await killedAt('undo', calls)];
      killed = applied || undone;
      const { state } = await run('undo', { add: '2' });
      expect(['changed', 'already']).toContain(state);
      expect(left()).toEqual([]);
      expect(b.world.machines.slice(0, 3).map((one) => one.state)).toEqual(Array(3).fill('running'));
      expect([shown('api').length, shown('api-ip').length]).toEqual([3, 3]);
      anew();
    }
  }, 60_000);
});

describe('the undo of scale-add', () => {
  it('leaves a machine alone that somebody took over', async () => {
    await run('apply', { add: '2' });
    const [kept, ended] = alive();
    kept!.tags['fireaxe:run'] = 'run-2';
    const result = await run('undo', { add: '2' });
    expect(result).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(result.note).toContain(`${kept!.id} no longer has the tag`);
    expect([kept!.state, ended!.state]).toEqual([
      'running',
      expect.stringMatching(/shutting-down|terminated/),
    ]);
    expect(shown('api')).toContain(`${kept!.id}:6443 healthy`);
  });

  it('does not take the last targets in service', async () => {
    await run('apply');
    const group = b.world.balancers!.groups[0]!;
    for (const target of group.targets) if (target.id !== alive()[0]!.id) target.state = 'unhealthy';
    const result = await run('undo');
    expect(result).toMatchObject({ state: 'refused', code: 'last-target' });
    expect(alive()).toHaveLength(1);
    expect(shown('api')).toContain(`${alive()[0]!.id}:6443 healthy`);
  });

  it('does not end a machine that became a member of etcd', async () => {
    await run('apply');
    etcd = [0, 1, 2].map(() => voting(4));
    const result = await run('undo');
    expect(result).toMatchObject({ state: 'refused', code: 'etcd-member' });
    expect(result.note).toContain('etcd knows 4 members, and 3 answer on the machines of before');
    expect(result.note).toContain('etcdctl member remove');
    expect(alive()).toHaveLength(1);
    expect(shown('api')).toHaveLength(4);
    etcd = [0, 1, 2].map(() => voting(3));
    expect((await run('undo')).state).toBe('changed');
  });

  it('asks etcd once more when the connections have ended', async () => {
    await run('apply');
    const note = (text: string) => {
      if (text.includes('deregistering from api-ip')) etcd = [0, 1, 2].map(() => voting(4));
    };
    const result = await run('undo', {}, { note });
    expect(result).toMatchObject({ state: 'failed', code: 'etcd-member' });
    expect(result.note).toContain('deregistered; ');
    expect(shown('api')).toHaveLength(3);
    expect(alive()).toHaveLength(1);
  });

  it('does not take a dead member of before for the reason of a fourth', async () => {
    await run('apply');
    // One died and was removed since; the added one is the third now.
    etcd = [voting(3), voting(3), undefined];
    expect(await run('undo')).toMatchObject({ state: 'refused', code: 'etcd-member' });
  });

  it('counts an added machine that is in the fleet by now among the added', async () => {
    await run('apply');
    const [machine] = alive();
    b.targets.push({ ...b.targets[0]!, name: 'n3', instanceId: machine!.id });
    etcd = [0, 1, 2, 3].map(() => voting(4));
    expect(await run('undo')).toMatchObject({ state: 'refused', code: 'etcd-member' });
  });

  it('does not end a machine while etcd does not answer, unless told so from the start', async () => {
    await run('apply');
    etcd = [];
    expect((await run('undo')).note).toContain('etcd does not answer on n0, n1, n2');
    expect((await run('undo', { ignoreQuorum: true })).state).toBe('changed');
  });

  it('says before consent what it does not look at', () => {
    const said = (ignoreQuorum: boolean) =>
      scaleAdd.undo!.summary(
        parseParams(scaleAdd, { add: '1', template: TEMPLATE, ignoreQuorum }, 'scale') as ScaleAddParams,
        [],
      );
    expect(said(true)).toContain('WITHOUT a look at etcd');
    expect(said(false)).toContain('refused while one may be a member of etcd');
  });

  it('lifts the protection against termination that a template sets', async () => {
    version(2).kept = true;
    expect((await run('apply')).state).toBe('changed');
    expect((await run('undo')).state).toBe('changed');
  });

  it('finds a machine of which no answer came, and which EC2 shows only later', async () => {
    const kill = new AbortController();
    const note = (text: string) => void (/launched/.test(text) && kill.abort());
    await expect(run('apply', {}, { signal: kill.signal, note })).rejects.toThrow();
    const [machine] = added();
    const all = b.world.machines;
    let looks = 0;
    b.world.instances = () => (++looks > 2 ? all : all.filter((one) => one !== machine));
    expect((await run('undo')).state).toBe('changed');
    expect(looks).toBeGreaterThan(2);
    expect(left()).toEqual([]);
  });

  it('says already where nothing was launched', async () => {
    expect(await run('undo')).toMatchObject({ state: 'already', note: 'nothing was launched' });
  });
});
