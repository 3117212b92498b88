import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scale } from '../../../src/actions/scale/action.ts';
import type { ScaleParams } from '../../../src/actions/scale/params.ts';
import { DEFAULTS } from '../../../src/plan/request.ts';
import { BIG, fastClock, type ScaleBench, scaleBench } from './bench.ts';

let b: ScaleBench;
beforeEach(async () => {
  b = await scaleBench();
});
afterEach(() => b.close());

const machine = (n: number) => b.world.machines[n]!;

describe('scale', () => {
  it('checks without touching anything', async () => {
    const result = await b.run('check');
    expect(result).toMatchObject({ state: 'would', before: { type: 'm5.large', state: 'running' } });
    expect(result.note).toContain('running m5.large; would become m7i.8xlarge');
    expect(b.events).toEqual([]);
  });

  it('saves the before-state, stops, retypes, starts, and waits for the member', async () => {
    const result = await b.run('apply');
    expect(result).toMatchObject({ state: 'changed', before: { type: 'm5.large' } });
    expect(b.events).toEqual(['saved', 'stop cp0', 'retype cp0', 'start cp0']);
    expect(b.saved).toEqual([{ type: 'm5.large', state: 'running', address: '10.0.0.0' }]);
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
    expect((await b.run('verify')).state).toBe('ok');
    expect(await b.run('receipt')).toMatchObject({ state: 'ok', data: { state: 'changed' } });
  });

  it('says already the second time', async () => {
    machine(0).type = BIG;
    expect((await b.run('check')).state).toBe('already');
    expect((await b.run('apply')).state).toBe('already');
    expect(b.events).toEqual([]);
  });

  it('goes back to the type before, and says already when it is there', async () => {
    machine(0).type = BIG;
    const before = { type: 'm5.large', state: 'running' };
    const back = await b.run('undo', { before });
    expect(back.state).toBe('changed');
    expect(back.note).toContain(`${BIG} → m5.large, running`);
    expect(machine(0)).toMatchObject({ type: 'm5.large', state: 'running' });
    expect((await b.run('undo', { before })).state).toBe('already');
  });

  it('without a before-state: nothing to undo on a machine that runs as another type, and no guess for the rest', async () => {
    expect((await b.run('undo')).state).toBe('already');
    for (const [type, state] of [
      [BIG, 'running'],
      ['m5.large', 'stopped'],
    ] as const) {
      Object.assign(machine(0), { type, state });
      expect(await b.run('undo')).toMatchObject({ state: 'refused', code: 'no-before' });
    }
    expect(b.events).toEqual([]);
  });

  it.each([
    ['stopped as the former type', 'stopped', 'm5.large'],
    ['stopped as the new type', 'stopped', BIG],
  ] as const)('finishes what an earlier run left %s', async (_, state, type) => {
    Object.assign(machine(0), { state, type });
    // The others alone are not a majority, but this one is down already.
    b.sick.add('cp1');
    expect((await b.run('receipt')).state).toBe('interrupted');
    expect((await b.run('verify')).state).toBe('failed');
    expect(await b.run('apply')).toMatchObject({ state: 'changed', before: { type: 'm5.large' } });
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
    expect(b.events).not.toContain('stop cp0');
  });

  it('overwrites no journal where it cannot know the former type', async () => {
    Object.assign(machine(0), { state: 'stopped', type: BIG });
    b.targets[0] = { ...b.targets[0]!, labels: {} };
    const result = await b.run('apply');
    expect(result.state).toBe('changed');
    expect(result.before).toBeUndefined();
    expect(b.saved).toEqual([]);
  });

  it('finds nothing begun where nothing was', async () => {
    expect((await b.run('receipt')).state).toBe('absent');
  });

  it('keeps the journaled before-state when it applies again', async () => {
    machine(0).state = 'stopped';
    await b.run('apply', { before: { type: 'm6i.xlarge', state: 'running' } });
    expect(b.saved).toEqual([{ type: 'm6i.xlarge', state: 'running' }]);
  });
});

describe("scale and etcd's quorum", () => {
  it.each(['check', 'apply', 'undo'] as const)('%s refuses where no majority would remain', async (op) => {
    b.sick.add('cp2');
    const before = { type: 'm6i.large' };
    const result = await b.run(op, op === 'undo' ? { before } : {});
    expect(result).toMatchObject({ state: 'refused', code: 'quorum' });
    expect(result.note).toContain('only 1 of 3');
    expect(result.note).toContain('(cp2: does not answer at port 2381)');
    expect(b.events).toEqual([]);
  });

  it('continues with a sick member of its own', async () => {
    b.sick.add('cp0');
    const result = await b.run('apply', { params: { within: '10s' }, deps: { now: fastClock() } });
    expect(result).toMatchObject({ state: 'failed', code: 'member-not-back' });
    expect(machine(0)).toMatchObject({ type: BIG, state: 'running' });
  });

  it('refuses with a single member, and with nobody to count', async () => {
    b.targets = [b.targets[0]!];
    expect(await b.run('apply')).toMatchObject({ state: 'refused', code: 'quorum' });
    b.targets = [{ ...b.targets[0]!, roles: ['worker'] }];
    expect(await b.run('apply')).toMatchObject({ state: 'refused', code: 'quorum' });
    expect(b.events).toEqual([]);
  });

  it('counts members by the etcd role where there is one', async () => {
    b.targets = b.targets.map((t, n) => ({ ...t, roles: n === 0 ? ['control-plane'] : ['etcd'] }));
    b.sick.add('cp1').add('cp2');
    expect((await b.run('check')).state).toBe('would');
    expect((await b.run('check', { n: 1 })).code).toBe('quorum');
  });

  it('counts a member with an alarm, which votes, and tells the alarm', async () => {
    const nospace = { etcd: 'failing', etcdVotes: '1', etcdAlarms: 'NOSPACE', etcdReason: 'ALARM NOSPACE' };
    for (const name of ['cp0', 'cp1', 'cp2']) b.says.set(name, nospace);
    const check = await b.run('check');
    expect(check.state).toBe('would');
    expect(check.note).toContain('etcd alarm NOSPACE on cp0, cp1, cp2: a bigger machine does not clear it');
    // Its own member is back although the alarm is on.
    expect((await b.run('apply')).state).toBe('changed');
    expect(b.notes.join()).toContain('etcd alarm NOSPACE');
  });

  it('does not rely on a corrupt member, and says which alarm it is', async () => {
    b.says.set('cp1', { etcd: 'failing', etcdVotes: '1', etcdAlarms: 'CORRUPT' });
    const result = await b.run('check');
    expect(result).toMatchObject({ state: 'refused', code: 'quorum' });
    expect(result.note).toContain('(cp1: alarm CORRUPT)');
  });

  it('counts no learner, which calls itself healthy and has no vote', async () => {
    const learner = { etcd: 'ok', etcdLearner: '1' };
    // Of two voters none may go, however well the third looks.
    b.says.set('cp2', learner);
    expect((await b.run('check')).note).toContain('etcd has 2 voting members');
    expect((await b.run('check', { n: 2 })).state).toBe('would');
  });

  it('holds a floor above the majority', async () => {
    expect(await b.run('apply', { params: { floor: '3' } })).toMatchObject({
      state: 'refused',
      code: 'quorum',
    });
  });

  it('goes without only where it is said so, and the plan says it too', async () => {
    b.sick.add('cp1').add('cp2');
    const params = { ignoreQuorum: 'true' };
    expect((await b.run('apply', { params })).state).toBe('changed');
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
    expect(await b.run('check')).toMatchObject({ state: 'refused', code });
    expect(await b.run('apply')).toMatchObject({ state: 'refused', code });
    expect(b.events).toEqual([]);
  });

  it('a type that is not sold, an instance that does not exist, a node without an id', async () => {
    expect(await b.run('check', { params: { type: 'z9.large' } })).toMatchObject({ code: 'no-such-type' });
    b.targets[1] = { ...b.targets[1]!, instanceId: 'i-0000000000000ffff' };
    expect(await b.run('check', { n: 1 })).toMatchObject({ code: 'gone' });
    const { instanceId: _, ...nameless } = b.targets[2]!;
    b.targets[2] = nameless;
    expect(await b.run('check', { n: 2 })).toMatchObject({ code: 'no-instance-id' });
  });

  it('takes the word of who suspended the group', async () => {
    machine(0).tags['aws:autoscaling:groupName'] = 'cp';
    expect((await b.run('check', { params: { groupSuspended: 'true' } })).state).toBe('would');
  });

  it('ends when a machine will not stop, and when it is told to stop waiting', async () => {
    b.world.stop = async (id) => {
      b.world.machines.find((m) => m.id === id)!.state = 'stopping';
    };
    const slow = await b.run('apply', { params: { within: '10s' }, deps: { now: fastClock() } });
    expect(slow).toMatchObject({ state: 'failed', code: 'too-slow' });
    const stopWaiting = new AbortController();
    const running = b.run('apply', { n: 1, signal: stopWaiting.signal, params: { ignoreQuorum: true } });
    setTimeout(() => stopWaiting.abort(), 60);
    await expect(running).rejects.toThrow();
  });

  it('says which credentials failed', async () => {
    b.endpoint.faults.refuse.DescribeInstances = 'AuthFailure';
    await expect(b.run('check')).rejects.toMatchObject({ kind: 'credentials' });
  });
});

describe('the parameters of scale', () => {
  it('leave a step time for each wait, and to restore the former type', () => {
    const { within } = parseParams(scale, { type: BIG }, 'scale') as ScaleParams;
    expect(DEFAULTS.cloudTimeoutMs).toBeGreaterThanOrEqual(4 * within * 1000);
  });

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
