import { afterEach, describe, expect, it } from 'vitest';
import type { TargetGroupState } from '../../../src/drill/cloud/elb/world.ts';
import { type BalancerBench, balancerBench, group, ids } from './bench.ts';

let bench: BalancerBench;
afterEach(() => bench.close());

const open = async (...groups: TargetGroupState[]) => {
  bench = await balancerBench(groups);
};
const [a, b, c] = ids as [string, string, string];
const healthy = (...of: string[]) => of.map((id) => `${id}:443 healthy`);

describe('cordon-balancer', () => {
  it('checks without touching anything, and says ports, health and drain', async () => {
    await open(group('web', ids), group('other', [b]));
    const result = await bench.run('check', 0);
    expect(result).toMatchObject({ state: 'would', data: { targets: '1' } });
    expect(result.note).toBe(
      'would be deregistered from web (443 healthy): 2 of 3 targets in service remain, drains for up to 5m00s',
    );
    expect(bench.shown('web')).toEqual(healthy(...ids));
    expect(bench.endpoint.calls.DeregisterTargets).toBeUndefined();
    expect(bench.saved).toEqual([]);
  });

  it('deregisters from every group, records first, and waits for the drain', async () => {
    await open(group('web', ids), group('api', ids, { port: 6443 }), group('none', [c]));
    expect(await bench.run('apply', 0)).toMatchObject({
      state: 'changed',
      note: 'deregistered from web, api',
    });
    expect(bench.shown('web')).toEqual(healthy(b, c));
    expect(bench.shown('api')).toHaveLength(2);
    expect(bench.shown('none')).toEqual(healthy(c));
    expect(bench.saved).toHaveLength(1);
    expect(await bench.run('verify', 0)).toMatchObject({ state: 'ok' });
  });

  it('registers again exactly: ports, zones, and targets that others have', async () => {
    const ip = group('pods', [], { type: 'ip', port: 80 });
    ip.targets = ['10.0.0.0', '10.0.0.1'].flatMap((id) => [
      { id, port: 80, zone: 'us-west-2a', state: 'healthy' as const },
      { id, port: 81, zone: 'all', state: 'healthy' as const },
    ]);
    await open(group('web', ids), ip);
    const before = [bench.shown('web'), bench.shown('pods')];
    await bench.run('apply', 0);
    expect(bench.shown('pods')).toEqual(['10.0.0.1:80 us-west-2a healthy', '10.0.0.1:81 all healthy']);
    const undone = await bench.run('undo', 0, { before: bench.saved[0]! });
    expect(undone).toMatchObject({ state: 'changed', note: 'registered in web, pods again' });
    expect([bench.shown('web'), bench.shown('pods')]).toEqual(before);
    expect(await bench.run('undo', 0, { before: bench.saved[0]! })).toMatchObject({ state: 'already' });
  });

  it('leaves the same address in another VPC, and says so', async () => {
    const ip = (name: string, vpc: string, zone: string) =>
      group(name, [], {
        type: 'ip',
        vpc,
        targets: ['10.0.0.0', '10.0.0.9'].map((id) => ({ id, port: 443, zone, state: 'healthy' })),
      });
    await open(
      ip('mine', 'vpc-0', 'us-west-2a'),
      ip('theirs', 'vpc-1', 'us-west-2a'),
      ip('peer', 'vpc-2', 'all'),
    );
    const { note } = await bench.run('check', 0);
    expect(note).toContain('would be deregistered from mine (443 healthy)');
    expect(note).toContain(
      'left: 10.0.0.0 in theirs (vpc-1) is not of its vpc-0; left: 10.0.0.0 in peer (vpc-2)',
    );
    expect(await bench.run('apply', 0)).toMatchObject({ state: 'changed', note: 'deregistered from mine' });
    expect(bench.shown('mine')).toHaveLength(1);
    expect(bench.shown('theirs')).toHaveLength(2);
    expect(bench.shown('peer')).toHaveLength(2);
    expect(await bench.run('verify', 0)).toMatchObject({ state: 'ok' });
  });

  it('knows a machine outside of EC2 by the zone of its target', async () => {
    const ip = (name: string, zone: string) =>
      group(name, [], {
        type: 'ip',
        targets: ['10.0.0.0', '10.0.0.9'].map((id) => ({ id, port: 443, zone, state: 'healthy' })),
      });
    await open(ip('within', 'us-west-2a'), ip('outside', 'all'));
    bench.targets[0]!.instanceId = 'mi-0123456789abcdef0';
    expect(await bench.run('apply', 0)).toMatchObject({
      state: 'changed',
      note: 'deregistered from outside',
    });
    expect(bench.shown('within')).toHaveLength(2);
    bench.restart();
    expect((await bench.run('apply', 0)).note).toContain('left: 10.0.0.0 in within (vpc-0)');
  });

  it('refuses the last healthy target, of a check and of two nodes at once', async () => {
    await open(group('web', [a, b]));
    bench.balancers.groups[0]!.targets[1]!.state = 'unhealthy';
    const refused = { state: 'refused', code: 'last-target' };
    expect(await bench.run('check', 0)).toMatchObject(refused);
    expect(await bench.run('check', 1)).toMatchObject({ state: 'would' });
    bench.balancers.groups[0]!.targets[1]!.state = 'healthy';
    bench.restart();
    const both = await Promise.all([0, 1].map((n) => bench.run('apply', n)));
    expect(both.map(({ state }) => state).sort()).toEqual(['changed', 'refused']);
    expect(bench.shown('web')).toHaveLength(1);
  });

  it('takes the last one where the floor is 0', async () => {
    await open(group('web', [a]));
    expect(await bench.run('apply', 0, { params: { floor: '0' } })).toMatchObject({ state: 'changed' });
    expect(bench.shown('web')).toEqual([]);
  });

  it('counts all targets where none is healthy, as a balancer then does', async () => {
    await open(group('web', [a, b]));
    for (const target of bench.balancers.groups[0]!.targets) target.state = 'unhealthy';
    expect(await bench.run('check', 0)).toMatchObject({ state: 'would' });
    expect(await bench.run('check', 1)).toMatchObject({ state: 'refused' });
  });

  it('finishes what a killed attempt began, by what that recorded', async () => {
    await open(group('web', ids), group('api', ids));
    await bench.run('apply', 0, { params: { group: 'web' } });
    const whole = bench.balancers.groups.map(({ arn, name }) => ({
      group: arn,
      name,
      id: a,
      port: 443,
      state: 'healthy',
    }));
    const before = { targets: JSON.stringify(whole) };
    bench.restart();
    expect(await bench.run('receipt', 0, { before })).toMatchObject({ state: 'interrupted' });
    expect(await bench.run('apply', 0, { before })).toMatchObject({ state: 'changed', before });
    expect(bench.shown('api')).toEqual(healthy(b, c));
    expect(await bench.run('receipt', 0, { before })).toMatchObject({
      state: 'ok',
      data: { state: 'changed' },
    });
    expect(bench.saved).toHaveLength(1);
  });

  it('says what a receipt cannot know as absent, and a node without a group', async () => {
    await open(group('web', [b, c]), group('api', [b]));
    expect(await bench.run('receipt', 1)).toMatchObject({ state: 'absent' });
    expect(await bench.run('apply', 0)).toMatchObject({ state: 'already', data: { targets: '0' } });
    expect(await bench.run('check', 0, { params: { group: 'api' } })).toMatchObject({
      note: `${a} is in none of the target groups api`,
    });
    expect(bench.saved).toEqual([]);
  });

  it('refuses a name that no group has, even beside one that is right', async () => {
    await open(group('web', ids));
    const params = { group: 'web,wbe' };
    const refused = {
      state: 'refused',
      code: 'not-found',
      note: expect.stringContaining('no target group wbe '),
    };
    expect(await bench.run('check', 0, { params })).toMatchObject(refused);
    expect(await bench.run('apply', 0, { params })).toMatchObject(refused);
    expect(bench.shown('web')).toEqual(healthy(...ids));
  });

  it('fails an undo whose target does not become healthy, or whose group is gone', async () => {
    await open(group('web', ids), group('api', ids));
    await bench.run('apply', 0);
    bench.balancers.checkMs = 3_600_000;
    const sick = await bench.run('undo', 0, { before: bench.saved[0]!, params: { within: '1s' } });
    expect(sick).toMatchObject({ state: 'failed', code: 'not-healthy' });
    expect(sick.note).toContain('web: initial Elb.InitialHealthChecking');
    bench.balancers.groups.pop();
    bench.restart();
    expect(await bench.run('undo', 0, { before: bench.saved[0]!, params: { within: '1s' } })).toMatchObject({
      state: 'failed',
      code: 'gone',
    });
  });

  it('reads each group once for all nodes, and throttling only delays', async () => {
    const many = Array.from({ length: 20 }, (_, n) => group(`g${n}`, []));
    await open(group('web', ids), ...many);
    bench.endpoint.faults.throttle.DescribeTargetHealth = 2;
    bench.endpoint.faults.afterAcceptance.DeregisterTargets = { how: 'reset', times: 1 };
    await Promise.all([0, 1].map((n) => bench.run('apply', n)));
    expect(bench.shown('web')).toEqual(healthy(c));
    expect(bench.endpoint.calls.DescribeTargetGroups).toBe(1);
    expect(bench.endpoint.calls.DescribeTargetHealth).toBeLessThan(21 + 2 + 15);
  });

  it('tells a permission that is missing before it changes anything', async () => {
    await open(group('web', ids));
    bench.endpoint.faults.refuse.DeregisterTargets = 'AccessDenied';
    await expect(bench.run('apply', 0)).rejects.toMatchObject({ kind: 'credentials' });
    expect(bench.shown('web')).toEqual(healthy(...ids));
  });
});
