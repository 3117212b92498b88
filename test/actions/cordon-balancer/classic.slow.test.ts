import { afterEach, describe, expect, it } from 'vitest';
import type { ClassicBalancer } from '../../../src/drill/cloud/elb/world.ts';
import { type BalancerBench, balancerBench, group, ids } from './bench.ts';

let bench: BalancerBench;
afterEach(() => bench.close());

const [a, b, c] = ids as [string, string, string];

function classic(name: string, of: string[], more: Partial<ClassicBalancer> = {}): ClassicBalancer {
  const instances = of.map((id) => ({ id, state: 'healthy' as const }));
  return { name, port: 8080, drainSeconds: 300, instances, ...more };
}
async function open(...balancers: ClassicBalancer[]) {
  bench = await balancerBench([group('web', ids)]);
  bench.balancers.classic = balancers;
}
const shown = (name: string) =>
  bench.balancers
    .classic!.find((one) => one.name === name)!
    .instances.map(({ id, state }) => `${id} ${state}`);

describe('cordon-balancer at Classic Load Balancers', () => {
  it('finds them by their instances, and says health and drain', async () => {
    await open(classic('old', ids), classic('none', [b]), classic('hard', [a, b], { drainSeconds: 0 }));
    const result = await bench.run('check', 0);
    expect(result).toMatchObject({ state: 'would', data: { targets: '3' } });
    expect(result.note).toContain(
      'old (8080 healthy): 2 of 3 targets in service remain, drains for up to 5m00s; ' +
        'hard (8080 healthy): 1 of 2 targets in service remain, connections end at once',
    );
    expect(bench.endpoint.calls.DeregisterInstancesFromLoadBalancer).toBeUndefined();
  });

  it('deregisters, waits for the drain, and registers again', async () => {
    await open(classic('old', ids), classic('none', [c]));
    const before = structuredClone(bench.balancers.classic);
    expect(await bench.run('apply', 0)).toMatchObject({
      state: 'changed',
      note: 'deregistered from web, old',
    });
    expect(shown('old')).toEqual([`${b} healthy`, `${c} healthy`]);
    expect(await bench.run('verify', 0)).toMatchObject({ state: 'ok' });
    const [saved] = bench.saved;
    expect(await bench.run('receipt', 0, { before: saved! })).toMatchObject({ state: 'ok' });
    const undone = await bench.run('undo', 0, { before: saved! });
    expect(undone).toMatchObject({ state: 'changed', note: 'registered in web, old again' });
    expect(bench.balancers.classic).toEqual(before);
  });

  it('says where connections are still open, and does not call a draining one in service', async () => {
    await open(classic('old', ids));
    bench.balancers.drainMs = 60_000_000;
    const result = await bench.run('apply', 0, { params: { group: ['old'] } });
    expect(result.note).toBe('deregistered from old; connections are still open in old');
    expect(shown('old')[0]).toBe(`${a} draining`);
    bench.restart();
    expect((await bench.run('check', 0, { params: { group: ['old'] } })).state).toBe('already');
    expect((await bench.run('check', 1, { params: { group: ['old'], floor: 2 } })).code).toBe('last-target');
  });

  it('keeps the last instance in service', async () => {
    const sick = classic('old', ids);
    sick.instances[1]!.state = 'unhealthy';
    sick.instances[2]!.state = 'unhealthy';
    await open(sick);
    expect(await bench.run('apply', 0)).toMatchObject({ state: 'refused', code: 'last-target' });
    expect(shown('old')).toHaveLength(3);
    expect(bench.shown('web')).toHaveLength(3);
  });

  it('leaves them where the keys may not read them, and says so', async () => {
    await open(classic('old', ids));
    bench.endpoint.faults.refuse.DescribeLoadBalancers = 'AccessDenied';
    expect(await bench.run('apply', 0)).toMatchObject({ state: 'changed', note: 'deregistered from web' });
    expect(shown('old')).toHaveLength(3);
    expect(bench.notes[0]).toContain('Classic Load Balancers are left as they are');
    expect(bench.notes[0]).toContain('elasticloadbalancing:DescribeLoadBalancers');
  });

  it('reports a balancer that is gone at the undo', async () => {
    await open(classic('old', ids));
    await bench.run('apply', 0);
    bench.balancers.classic = [];
    bench.restart();
    expect(await bench.run('undo', 0, { before: bench.saved[0]! })).toMatchObject({
      state: 'failed',
      code: 'gone',
    });
    expect(bench.shown('web')).toHaveLength(3);
  });
});
