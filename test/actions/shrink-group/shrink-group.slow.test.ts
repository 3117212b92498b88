import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudSide } from '../../../src/actions/shrink-group/cloud.ts';
import { PROCESSES } from '../../../src/actions/shrink-group/group.ts';
import type { How, ShrinkGroupParams } from '../../../src/actions/shrink-group/params.ts';
import type { CloudGroup } from '../../../src/drill/cloud/autoscaling/groups.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { type CloudBench, cloudBench, QUICK } from '../cloud-bench.ts';

let b: CloudBench<ShrinkGroupParams>;
let group: CloudGroup;
beforeEach(async () => {
  b = await cloudBench(cloudSide(QUICK), 6, ['worker'], (machine) => {
    machine.tags['aws:autoscaling:groupName'] = 'workers';
  });
  group = {
    name: 'workers',
    min: 2,
    max: 8,
    desired: 6,
    suspended: [],
    tags: { team: 'web' },
    members: b.world.machines.map(({ id }) => ({ id, lifecycle: 'InService', health: 'Healthy' })),
  };
  b.world.groups = [group];
});
afterEach(() => b.close());

const run = (op: 'check' | 'apply' | 'verify' | 'receipt' | 'undo', how: How, n = 0, more = {}) =>
  b.run(op, n, { how, within: 60 }, more);
const picture = () => structuredClone({ machines: b.world.machines, groups: b.world.groups });
const changes = () =>
  Object.keys(b.endpoint.calls).filter((name) => !name.startsWith('Describe') && b.endpoint.calls[name]! > 0);

describe.each(['stop', 'standby'] as const)('shrink-group --how %s', (how) => {
  it('checks without changing anything', async () => {
    const was = picture();
    const result = await run('check', how);
    expect(result).toMatchObject({
      state: 'would',
      before: { group: 'workers', how, sizes: 'min 2 desired 6 max 8', suspended: '' },
    });
    expect(result.note).toMatch(/^InService in group workers, running \(min 2 desired 6 max 8\); would be /);
    expect(result.note).toContain(`suspends ${PROCESSES.join(', ')}`);
    expect(picture()).toEqual(was);
    expect((await run('receipt', how)).state).toBe('absent');
  });

  it('takes machines out, replaces none, and brings back exactly what was', async () => {
    group.suspended = ['AZRebalance', 'ScheduledActions'];
    const was = picture();
    const outcomes = await Promise.all([0, 1, 2].map((n) => run('apply', how, n)));
    expect(outcomes.map(({ state }) => state)).toEqual(['changed', 'changed', 'changed']);
    expect([...group.suspended].sort()).toEqual([...PROCESSES, 'ScheduledActions'].sort());
    expect(group).toMatchObject({ min: 2, max: 8, desired: how === 'stop' ? 6 : 3 });
    expect(group.members).toHaveLength(6);
    expect((await run('verify', how, 1)).state).toBe('ok');
    expect(await run('receipt', how, 1)).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    for (const n of [0, 1]) {
      const back = await run('undo', how, n);
      expect(back.state).toBe('changed');
      expect(back.note).toContain('stays suspended until');
    }
    expect(group.suspended).toContain('ReplaceUnhealthy');
    expect((await run('undo', how, 2)).note).toContain('group workers resumed');
    expect(picture()).toEqual(was);
    expect((await run('undo', how, 2)).state).toBe('already');
  });

  it('suspends once for all machines of a group', async () => {
    for (const n of [0, 1, 2]) await run('apply', how, n);
    expect(b.endpoint.calls).toMatchObject({ SuspendProcesses: 1, CreateOrUpdateTags: 1 });
  });

  it('keeps to the smallest size of the group, also when machines are taken at the same time', async () => {
    group.min = 4;
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => run('apply', how, n)));
    const done = outcomes.filter(({ state }) => state === 'changed');
    expect(done).toHaveLength(2);
    expect(outcomes.filter(({ code }) => code === 'group-floor')).toHaveLength(6 - done.length);
    const claimed = b.world.machines.filter(({ tags }) => tags['fireaxe:run']);
    expect(claimed).toHaveLength(done.length);
  });

  it('keeps to it although AWS does not show the new tags yet', async () => {
    group.min = 4;
    b.world.instances = () => b.world.machines.map((one) => ({ ...one, tags: { ...one.tags } }));
    const outcomes = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => run('apply', how, n)));
    expect(outcomes.filter(({ state }) => state === 'changed')).toHaveLength(2);
  });

  it('counts the machines of a dry run together', async () => {
    group.min = 4;
    const checks = await Promise.all([0, 1, 2, 3, 4, 5].map((n) => run('check', how, n)));
    expect(checks.map(({ state }) => state).sort()).toEqual([
      ...Array(4).fill('refused'),
      ...Array(2).fill('would'),
    ]);
  });

  it('journals no before-state of a machine that it refuses', async () => {
    group.min = 6;
    expect((await run('apply', how)).code).toBe('group-floor');
    expect(b.saved.size).toBe(0);
  });

  it('is finished by the next attempt, at whichever call the first one was killed', async () => {
    const was = picture();
    const served = () => Object.values(b.endpoint.calls).reduce((sum, count) => sum + count, 0);
    const seen = new Set<string>();
    for (let calls = 1, killed = true; killed; calls++) {
      const from = served();
      const kill = new AbortController();
      const first = run('apply', how, 0, { signal: kill.signal }).then(
        () => false,
        () => true,
      );
      let ended = false;
      void first.then(() => (ended = true));
      while (!ended && served() - from < calls) await new Promise(setImmediate);
      kill.abort();
      killed = await first;
      const receipt = await run('receipt', how);
      seen.add(receipt.state);
      if (receipt.state !== 'ok') expect((await run('apply', how)).state).toBe('changed');
      expect((await run('verify', how)).state).toBe('ok');
      expect(group.desired).toBe(how === 'stop' ? 6 : 5);
      await run('undo', how);
      b.saved.clear();
      expect(picture()).toEqual(was);
    }
    expect([...seen].sort()).toEqual(['absent', 'interrupted', 'ok']);
  });

  it.each(['error-500', 'reset', 'cut'] as const)(
    'does nothing twice after an answer lost by %s',
    async (lost) => {
      const was = picture();
      const operation = how === 'stop' ? 'StopInstances' : 'EnterStandby';
      for (const name of ['SuspendProcesses', operation, 'ExitStandby', 'ResumeProcesses'])
        b.endpoint.faults.afterAcceptance[name] = { how: lost, times: 1 };
      expect((await run('apply', how)).state).toBe('changed');
      expect(group.desired).toBe(how === 'stop' ? 6 : 5);
      expect((await run('undo', how)).state).toBe('changed');
      expect(picture()).toEqual(was);
    },
  );

  it('leaves what another run took out', async () => {
    await run('apply', how, 0, { runId: 'run-2' });
    const was = picture();
    expect(await run('apply', how, 0)).toMatchObject({
      state: 'already',
      note: expect.stringContaining('run-2'),
    });
    expect(await run('undo', how, 0)).toMatchObject({ state: 'refused', code: 'changed-since' });
    expect(picture()).toEqual(was);
  });

  it('brings nothing back that somebody else took out after this run was cut off', async () => {
    b.saved.set('n0', { group: 'workers', how, sizes: '', suspended: '' });
    group.suspended = ['ReplaceUnhealthy'];
    if (how === 'stop') b.world.machines[0]!.state = 'stopped';
    else group.members[0]!.lifecycle = 'Standby';
    const was = picture();
    expect(await run('undo', how)).toMatchObject({ state: 'refused', code: 'changed-since' });
    expect(picture().machines).toEqual(was.machines);
  });

  it('resumes nothing while another run has machines of the group out', async () => {
    await run('apply', how, 0);
    await run('apply', how, 1, { runId: 'run-2' });
    expect((await run('undo', how, 0)).note).toContain('until 1 more is back (fireaxe undo run-2)');
    expect(group.suspended).toContain('ReplaceUnhealthy');
    await run('undo', how, 1, { runId: 'run-2' });
    expect(group.suspended).toEqual([]);
  });

  it('says that somebody changed the sizes meanwhile, and leaves them', async () => {
    await run('apply', how);
    group.max = 20;
    const { note } = await run('undo', how);
    expect(note).toContain('min 2 desired 6 max 8 → min 2 desired 6 max 20, left so');
    expect(group.max).toBe(20);
  });

  it('resumes the group although the machine is gone', async () => {
    await run('apply', how);
    b.world.machines[0]!.state = 'terminated';
    expect(await run('undo', how)).toMatchObject({ state: 'failed', code: 'gone' });
    expect(group.suspended).toEqual([]);
  });
});

describe('shrink-group refuses', () => {
  it.each<[string, () => unknown, How, string]>([
    ['a machine in no group', () => (group.members = []), 'stop', 'no-group'],
    ['one that is not in service', () => (group.members[0]!.lifecycle = 'Pending'), 'stop', 'not-in-service'],
    ['a group that is being deleted', () => (group.status = 'Delete in progress'), 'stop', 'not-in-service'],
    ['to stop a Spot instance', () => (b.world.machines[0]!.spot = true), 'stop', 'spot'],
    [
      'to stop an instance store',
      () => (b.world.machines[0]!.rootDevice = 'instance-store'),
      'stop',
      'instance-store',
    ],
    ['a protected one', () => (b.world.machines[0]!.stopProtected = true), 'stop', 'stop-protection'],
    [
      'without permission',
      () => (b.endpoint.faults.refuse.StartInstances = 'UnauthorizedOperation'),
      'stop',
      'not-permitted',
    ],
    ['standby without Launch', () => (group.suspended = ['Launch']), 'standby', 'launch-suspended'],
    ['below the smallest size', () => (group.min = 6), 'standby', 'group-floor'],
    [
      'the control plane',
      () => (b.targets[0] = { ...b.targets[0]!, roles: ['control-plane'] }),
      'stop',
      'protected',
    ],
    [
      'a bastion',
      () => (b.targets[1]!.ssh.jump = { name: 'b', address: b.targets[0]!.address, port: 22, user: 'x' }),
      'stop',
      'own-way',
    ],
  ])('%s', async (_, change, how, code) => {
    change();
    expect(await run('check', how)).toMatchObject({ state: 'refused', code });
    expect(await run('apply', how)).toMatchObject({ state: 'refused', code });
    const left = changes().filter(
      (name) => !['StopInstances', 'StartInstances', 'CreateTags', 'DeleteTags'].includes(name),
    );
    expect(left).toEqual([]);
    expect(b.world.machines.every(({ state, tags }) => state === 'running' && !tags['fireaxe:run'])).toBe(
      true,
    );
  });
});

it('keeps a group suspended that would replace a machine which came back', async () => {
  await run('apply', 'stop');
  group.members[0]!.health = 'Unhealthy';
  const result = await run('undo', 'stop');
  expect(result).toMatchObject({ state: 'failed', code: 'not-back' });
  expect(result.note).toContain(`set-instance-health --instance-id ${instanceId(0)}`);
  expect(group.suspended).toContain('ReplaceUnhealthy');
  group.members[0]!.health = 'Healthy';
  expect((await run('undo', 'stop')).note).toContain('group workers resumed');
});

it('gives a group that asks its balancer its grace period before it resumes it', async () => {
  group.elb = { bootMs: 600, graceSeconds: 1 };
  const start = b.world.start.bind(b.world);
  b.world.start = async (id) => {
    b.world.machines.find((one) => one.id === id)!.launchedAt = new Date();
    await start(id);
  };
  await run('apply', 'stop');
  const short = await b.run('undo', 0, { how: 'stop', within: 0.5 });
  expect(short).toMatchObject({ state: 'failed', code: 'not-back' });
  expect(short.note).toContain('its grace period of 1 s is longer than --within; undo again');
  expect(group.suspended).toContain('ReplaceUnhealthy');
  expect((await run('undo', 'stop')).note).toContain('group workers resumed');
  await run('check', 'stop', 1);
  expect(group.members.map(({ id }) => id)).toContain(instanceId(0));
});

it('quotes the name of a group in the command that it shows', async () => {
  group.name = 'a;reboot';
  for (const { tags } of b.world.machines) tags['aws:autoscaling:groupName'] = group.name;
  group.suspended = ['Launch'];
  expect((await run('check', 'standby')).note).toContain("--auto-scaling-group-name 'a;reboot' ");
});

it('the simulated group replaces a stopped machine where nothing is suspended', async () => {
  b.world.machines[0]!.state = 'stopped';
  await run('check', 'stop', 1);
  expect(group.members.map(({ id }) => id)).not.toContain(instanceId(0));
});
