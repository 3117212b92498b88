import { afterEach, describe, expect, it } from 'vitest';
import { byRegion } from '../../../src/actions/evacuate/places.ts';
import type { TrafficSwitch } from '../../../src/kit/types.ts';
import { atListener, atRecord, type EvacuateBench, evacuateBench, LISTENER, RULE } from './bench.ts';

let bench: EvacuateBench;
afterEach(() => bench.close());
const open = async (...traffic: TrafficSwitch[]) => {
  bench = await evacuateBench(traffic);
};
const state = () => structuredClone([bench.balancers.forwards, bench.dns.zones]);

describe('evacuate', () => {
  it('checks without touching anything, and says every step', async () => {
    await open(atListener, atRecord);
    const before = state();
    const result = await bench.run('check');
    expect(result).toMatchObject({ state: 'would', data: { places: '2' } });
    expect(result.note).toContain('a 50%, b 30%, c 20% → a 33%, b 40%, c 27% → a 17%');
    expect(result.note).toContain('resolvers keep the former answer for up to 30s');
    expect(state()).toEqual(before);
    expect(bench.saved).toEqual([]);
  });

  it.each([
    ['listener', LISTENER],
    ['rule', RULE],
  ])('moves the weights of a %s in steps, records first, and back in the same steps', async (_, listener) => {
    await open({ ...atListener, listener });
    const before = state();
    const seen: number[][] = [];
    bench.balancers.onWeights = ({ groups }) => seen.push(groups.map(({ weight }) => weight));
    expect(await bench.run('apply')).toMatchObject({ state: 'changed' });
    const factor = Math.floor(999 / 50);
    const rest = [30 * factor, 20 * factor];
    expect(seen).toEqual([0.5, 0.2, 0].map((part) => [Math.round(50 * factor * part), ...rest]));
    expect(bench.saved).toHaveLength(1);
    expect(await bench.run('verify', { before: bench.saved[0]! })).toMatchObject({ state: 'ok' });
    expect(await bench.run('undo', { before: bench.saved[0]! })).toMatchObject({ state: 'changed' });
    expect(seen.slice(3)).toEqual([seen[1], seen[0], [50, 30, 20]]);
    expect(state()).toEqual(before);
    expect(await bench.run('undo', { before: bench.saved[0]! })).toMatchObject({ state: 'already' });
  });

  it('moves a record by one batch a step, and leaves the rest of it alone', async () => {
    await open(atRecord);
    const before = state();
    await bench.run('apply');
    expect(bench.weights()).toEqual([0, 255, 0]);
    expect(bench.dns.zones.Z1!.map(({ values, ttl }) => [values, ttl])).toEqual(
      [0, 1, 2].map((n) => [[`192.0.2.${n}`], 30]),
    );
    // The first step multiplies all weights, the others change one.
    expect(bench.endpoint.calls.ChangeResourceRecordSets).toBe(3);
    await bench.run('undo', { before: bench.saved[0]! });
    expect(state()).toEqual(before);
  });

  it('goes on where a killed run stopped, both ways', async () => {
    await open(atListener, atRecord);
    const before = state();
    await bench.run('apply', { params: { steps: '50' } });
    const [saved] = bench.saved;
    expect(await bench.run('receipt', { before: saved! })).toMatchObject({ state: 'interrupted' });
    expect(await bench.run('apply', { before: saved! })).toMatchObject({ state: 'changed' });
    expect(await bench.run('receipt', { before: saved! })).toMatchObject({ data: { state: 'changed' } });
    expect(bench.saved).toHaveLength(1);
    expect(bench.weights(LISTENER)[0]).toBe(0);
    await bench.run('undo', { before: saved! });
    expect(state()).toEqual(before);
    expect(await bench.run('receipt', { before: saved! })).toMatchObject({ state: 'absent' });
  });

  it('stops where somebody else changed the weights, and never overwrites them', async () => {
    await open(atListener);
    bench.onSleep = () => {
      bench.balancers.forwards[0]!.groups[1]!.weight = 7;
    };
    const result = await bench.run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(bench.weights(LISTENER)[1]).toBe(7);
    const left = state();
    expect(await bench.run('undo', { before: bench.saved[0]! })).toMatchObject({ code: 'changed-since' });
    expect(state()).toEqual(left);
  });

  it('looks at the weights once more before it writes, after a wait for health', async () => {
    await open(atListener);
    const [sick] = bench.balancers.groups[1]!.targets;
    sick!.state = 'unhealthy';
    bench.onSleep = () => {
      sick!.state = 'healthy';
      bench.balancers.forwards[0]!.groups[1]!.weight = 7;
    };
    expect(await bench.run('apply')).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(bench.weights(LISTENER)).toEqual([50, 7, 20]);
  });

  it('does not go on while a receiver is sick, and not back while the cluster itself is', async () => {
    await open(atListener);
    const targets = (n: number) => bench.balancers.groups[n]!.targets;
    bench.onSleep = () => {
      targets(1)[0]!.state = 'unhealthy';
    };
    const stopped = await bench.run('apply');
    expect(stopped).toMatchObject({ state: 'failed', code: 'not-healthy' });
    expect(stopped.note).toContain('b has 1 healthy of 2 targets');
    expect(bench.weights(LISTENER)[0]).toBeGreaterThan(0);
    expect(await bench.run('check')).toMatchObject({ state: 'refused', code: 'not-healthy' });
    bench.onSleep = () => {};
    targets(0)[0]!.state = 'unhealthy';
    const back = await bench.run('undo', { before: bench.saved[0]! });
    expect(back).toMatchObject({ state: 'failed', code: 'not-healthy' });
    targets(0)[0]!.state = 'healthy';
    expect(await bench.run('undo', { before: bench.saved[0]! })).toMatchObject({ state: 'changed' });
    expect(bench.weights(LISTENER)).toEqual([50, 30, 20]);
  });

  it.each<[string, string, Partial<TrafficSwitch> | undefined, string]>([
    ['over a ceiling', 'headroom', { ceilings: { b: 59 } }, 'b would get 60%'],
    ['a place without the cluster', 'no-traffic', { groups: { b: atListener.groups.b! } }, 'share of a'],
    ['a listener that is gone', 'no-traffic', { listener: `${LISTENER}0` }, 'is gone'],
    ['no place in the kit', 'no-traffic', undefined, 'cloud.traffic'],
  ])('refuses %s', async (_, code, change, note) => {
    bench = await evacuateBench(change ? [{ ...atListener, ...change }] : (undefined as never));
    for (const op of ['check', 'apply'] as const) {
      const result = await bench.run(op);
      expect(result).toMatchObject({ state: 'refused', code });
      expect(result.note).toContain(note);
    }
    expect(bench.saved).toEqual([]);
    expect(bench.weights(LISTENER)).toEqual([50, 30, 20]);
  });

  it('ends an undo of a share so small that a step rounds to nothing', async () => {
    await open(atRecord);
    for (const [n, set] of bench.dns.zones.Z1!.entries()) set.weight = [1, 200, 0][n]!;
    await bench.run('apply');
    expect(bench.weights()).toEqual([0, 200, 0]);
    let pauses = 0;
    bench.onSleep = () => {
      if (++pauses > 20) throw new Error('it never ends');
    };
    expect(await bench.run('undo', { before: bench.saved[0]! })).toMatchObject({ state: 'changed' });
    expect(bench.weights()).toEqual([1, 200, 0]);
    expect(await bench.run('receipt', { before: bench.saved[0]! })).toMatchObject({ state: 'absent' });
  });

  it('does not call a place undone that the kit no longer names, nor moves one that the journal lacks', async () => {
    await open(atListener, atRecord);
    await bench.run('apply');
    const [before] = bench.saved;
    const moved = state();
    bench.traffic = [atListener];
    const undone = await bench.run('undo', { before: before! });
    expect(undone).toMatchObject({ state: 'refused', code: 'no-traffic' });
    expect(undone.note).toContain('the run changed record shop.example.com A, which the kit no longer names');
    expect(state()).toEqual(moved);
    bench.traffic = [atListener, atRecord, { ...atListener, listener: RULE }];
    expect(await bench.run('apply', { before: before! })).toMatchObject({ state: 'changed' });
    expect(bench.weights(RULE)).toEqual([50, 30, 20]);
    expect(await bench.run('undo', { before: before! })).toMatchObject({ state: 'changed' });
  });

  it('finds a wildcard record, which Route 53 lists with an octal code', async () => {
    await open({ ...atRecord, record: { zone: 'Z1', name: '*.example.com', type: 'A' } });
    for (const set of bench.dns.zones.Z1!) set.name = '\\052.example.com.';
    expect(await bench.run('apply')).toMatchObject({ state: 'changed' });
    expect(bench.weights()).toEqual([0, 255, 0]);
  });

  it('says whose health it does not know', async () => {
    await open({ ...atRecord, groups: {} });
    const { note } = await bench.run('check');
    expect(note).toContain('the health of b at record shop.example.com A is not looked at');
  });

  it('refuses where nobody else gets traffic, and has nothing to do where the cluster gets none', async () => {
    await open(atRecord);
    bench.dns.zones.Z1![1]!.weight = 0;
    expect(await bench.run('check')).toMatchObject({ state: 'refused', code: 'no-receiver' });
    for (const [n, set] of bench.dns.zones.Z1!.entries()) set.weight = n;
    expect(await bench.run('apply')).toMatchObject({ state: 'already' });
  });

  it('does nothing twice after a lost answer', async () => {
    await open(atListener, atRecord);
    for (const call of ['ChangeResourceRecordSets', 'ModifyListener'])
      bench.endpoint.faults.afterAcceptance[call] = { how: 'reset', times: 1 };
    expect(await bench.run('apply')).toMatchObject({ state: 'changed' });
    expect(bench.weights()).toEqual([0, 255, 0]);
  });
});

it('asks for a target group in the region of its ARN, once', async () => {
  await open(atRecord);
  const opened: string[] = [];
  const balancers = byRegion(async (region) => {
    opened.push(region);
    return {} as never;
  });
  await balancers.of('us-west-2');
  for (const part of ['aws:elasticloadbalancing:us-west-2', 'aws-cn:elasticloadbalancing:cn-north-1'])
    for (const name of ['a', 'b']) await balancers.ofArn(`arn:${part}:1:targetgroup/${name}/0`);
  expect(opened).toEqual(['us-west-2', 'cn-north-1']);
});
