import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudGroup } from '../../../src/drill/cloud/autoscaling/groups.ts';
import { type BalancerBench, balancerBench, group, ids } from './bench.ts';

let bench: BalancerBench;
let scaling: CloudGroup;

beforeEach(async () => {
  const web = group('web', ids);
  bench = await balancerBench([web, group('api', ids)]);
  scaling = {
    ...{ name: 'workers', min: 1, max: 5, desired: 3, suspended: [], tags: {} },
    attached: [web.arn],
    elb: { bootMs: 0, graceSeconds: 0 },
    members: ids.map((id) => ({ id, lifecycle: 'InService', health: 'Healthy' })),
  };
  bench.world.groups = [scaling];
});
afterEach(() => bench.close());

describe('cordon-balancer of a machine in a scaling group', () => {
  it('refuses where the group would terminate the machine, and says what to suspend', async () => {
    const checked = await bench.run('check', 0);
    expect(checked).toMatchObject({ state: 'refused', code: 'scaling-group' });
    expect(checked.note).toContain(
      'suspend-processes --auto-scaling-group-name workers --scaling-processes ReplaceUnhealthy',
    );
    expect(await bench.run('apply', 0)).toMatchObject({ state: 'refused', code: 'scaling-group' });
    expect(bench.shown('web')).toHaveLength(3);
    expect(bench.saved).toEqual([]);
  });

  it.each(['ReplaceUnhealthy', 'HealthCheck', 'Terminate'])('goes on while %s is suspended', async (off) => {
    scaling.suspended = [off];
    expect((await bench.run('check', 0)).note).toContain(`replaces nothing while ${off} is suspended`);
    expect((await bench.run('apply', 0)).state).toBe('changed');
    expect(bench.notes[0]).toContain('resume it only when the machine is healthy there again');
  });

  it('goes on where the operator accepts that, which is severe', async () => {
    const params = { mayBeReplaced: true };
    expect((await bench.run('check', 0, { params })).note).toContain('MAY TERMINATE IT');
    expect((await bench.run('apply', 0, { params })).state).toBe('changed');
  });

  it.each<[string, () => void]>([
    ['a group that asks only EC2', () => delete scaling.elb],
    ['a group of other balancers', () => (scaling.attached = ['arn:other'])],
    ['a machine on standby', () => (scaling.members[0]!.lifecycle = 'Standby')],
    ['a machine in no group', () => (scaling.members = [])],
  ])('has nothing to say of %s', async (_, change) => {
    change();
    const { state, note } = await bench.run('check', 0);
    expect(state).toBe('would');
    expect(note).not.toContain('workers');
  });

  it('looks at the balancers that are chosen alone', async () => {
    expect((await bench.run('check', 0, { params: { group: ['api'] } })).state).toBe('would');
  });

  it('says where the keys do not allow to look', async () => {
    bench.endpoint.faults.refuse.DescribeAutoScalingInstances = 'AccessDenied';
    const { state, note } = await bench.run('check', 0);
    expect(state).toBe('would');
    expect(note).toContain('whether a scaling group would replace it is not known');
  });

  it('registers again what it took, whatever the group does since', async () => {
    scaling.suspended = ['ReplaceUnhealthy'];
    await bench.run('apply', 0);
    scaling.suspended = [];
    expect((await bench.run('undo', 0, { before: bench.saved[0]! })).state).toBe('changed');
    expect(bench.shown('web')).toHaveLength(3);
  });
});
