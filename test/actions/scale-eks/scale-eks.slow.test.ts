import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scaleEks } from '../../../src/actions/scale-eks/action.ts';
import { cloudSide } from '../../../src/actions/scale-eks/cloud.ts';
import type { ScaleEksParams } from '../../../src/actions/scale-eks/params.ts';
import type { EksCluster } from '../../../src/drill/cloud/eks/world.ts';
import type { Op } from '../../../src/node/types.ts';
import { type CloudBench, cloudBench, QUICK } from '../cloud-bench.ts';

let b: CloudBench<ScaleEksParams>;
let cluster: EksCluster;
beforeEach(async () => {
  b = await cloudBench(cloudSide(QUICK), 1, ['worker']);
  cluster = { name: 'a', status: 'ACTIVE' };
  b.world.eks = [cluster, { name: 'b', status: 'ACTIVE', tier: 'tier-2xl' }];
});
afterEach(() => b.close());

const run = (op: Op, params: object = {}, more = {}) =>
  b.run(op, 0, parseParams(scaleEks, { eksTier: 'tier-xl', ...params }, 'scale') as ScaleEksParams, more);
const settled = async () => {
  while (cluster.status !== 'ACTIVE') await QUICK.sleep(5, new AbortController().signal);
};
const tierOf = ({ tier = 'standard' }: EksCluster) => tier;
const made = () => Object.keys(cluster.updates ?? {}).length;

describe('scale-eks', () => {
  it('checks without changing anything', async () => {
    expect(await run('check')).toMatchObject({
      state: 'would',
      before: { eks: 'a', tier: 'standard', token: 'fireaxe-run-1-step' },
      note: 'a is ACTIVE, standard; would become tier-xl within minutes',
    });
    expect(b.endpoint.calls).toEqual({ DescribeCluster: 1 });
  });

  it('changes the tier, and changes it back', async () => {
    expect(await run('apply')).toMatchObject({ state: 'changed', note: 'standard → tier-xl' });
    expect(cluster).toMatchObject({ status: 'ACTIVE', tier: 'tier-xl' });
    expect((await run('verify')).state).toBe('ok');
    expect(await run('receipt')).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    expect(await run('undo')).toMatchObject({ state: 'changed', note: 'tier-xl → standard' });
    expect(cluster.tier).toBe('standard');
    expect((await run('undo')).state).toBe('already');
    expect(made()).toBe(2);
  });

  it('says already where it has the tier, and undoes nothing then', async () => {
    cluster.tier = 'tier-xl';
    expect((await run('apply')).state).toBe('already');
    expect((await run('undo')).state).toBe('already');
    expect(made()).toBe(0);
  });

  it('refuses a cluster that EKS does not have, and one that is being updated', async () => {
    expect(await run('apply', { eksCluster: 'c' })).toMatchObject({ state: 'refused', code: 'gone' });
    cluster.status = 'UPDATING';
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'eks-busy' });
  });

  it('refuses a lower tier, which is severe where it is wanted', async () => {
    cluster.tier = 'tier-4xl';
    expect(await run('apply')).toMatchObject({ state: 'refused', code: 'lower-tier' });
    expect(made()).toBe(0);
    expect((await run('apply', { down: true })).state).toBe('changed');
    expect(cluster.tier).toBe('tier-xl');
    const danger = scaleEks.danger as (params: { down: boolean }) => string;
    expect([false, true].map((down) => danger({ down }))).toEqual(['change', 'severe']);
  });

  it('takes the name that is given', async () => {
    expect((await run('apply', { eksCluster: 'b', eksTier: 'tier-4xl' })).state).toBe('changed');
    expect(b.world.eks![1]!.tier).toBe('tier-4xl');
  });

  it('tells why an update failed, and asks anew at the next attempt', async () => {
    b.endpoint.faults.failingUpdates.add('a');
    for (let n = 1; n <= 2; n++) {
      const result = await run('apply');
      expect(result).toMatchObject({ state: 'failed', code: 'eks-failed' });
      expect(result.note).toContain('Unknown: no capacity');
      expect(made()).toBe(n);
    }
    b.endpoint.faults.failingUpdates.clear();
    expect((await run('apply')).state).toBe('changed');
    expect(made()).toBe(3);
  });

  it('undoes it at a later attempt, where EKS did not take the former tier at first', async () => {
    await run('apply');
    b.endpoint.faults.failingUpdates.add('a');
    expect(await run('undo')).toMatchObject({ state: 'failed', code: 'eks-failed' });
    b.endpoint.faults.failingUpdates.clear();
    expect((await run('undo')).state).toBe('changed');
    expect(tierOf(cluster)).toBe('standard');
    expect(made()).toBe(3);
  });

  it('undoes it again, where somebody chose the tier again', async () => {
    await run('apply');
    await run('undo');
    cluster.tier = 'tier-xl';
    expect((await run('undo')).state).toBe('changed');
    expect(tierOf(cluster)).toBe('standard');
  });

  it('waits for the update of somebody else that comes first', async () => {
    b.endpoint.faults.refuse.UpdateClusterConfig = 'ResourceInUseException';
    setTimeout(() => delete b.endpoint.faults.refuse.UpdateClusterConfig, 60);
    expect((await run('apply')).state).toBe('changed');
  });

  it('does not resume over a tier that somebody chose since', async () => {
    b.endpoint.faults.failingUpdates.add('a');
    await run('apply');
    b.endpoint.faults.failingUpdates.clear();
    cluster.tier = 'tier-8xl';
    expect(await run('apply')).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(cluster.tier).toBe('tier-8xl');
  });

  it('is finished by the next attempt, at whichever call the first one was killed, with one update', async () => {
    const served = () => Object.values(b.endpoint.calls).reduce((sum, count) => sum + count, 0);
    for (let calls = 1, killed = true; killed; calls++) {
      const from = served();
      const kill = new AbortController();
      const first = run('apply', {}, { signal: kill.signal }).then(
        () => false,
        () => true,
      );
      let ended = false;
      void first.then(() => {
        ended = true;
      });
      while (!ended && served() - from < calls) await new Promise(setImmediate);
      kill.abort();
      killed = await first;
      if ((await run('receipt')).state !== 'ok') expect((await run('apply')).state).toBe('changed');
      expect(cluster.tier).toBe('tier-xl');
      expect(made()).toBe(1);
      await run('undo');
      await settled();
      expect(cluster.tier).toBe('standard');
      delete cluster.tier;
      delete cluster.updates;
      b.saved.clear();
    }
  });

  it.each(['error-500', 'reset', 'cut'] as const)(
    'makes one update although the answer was lost by %s',
    async (how) => {
      b.endpoint.faults.afterAcceptance.UpdateClusterConfig = { how, times: 2 };
      expect((await run('apply')).state).toBe('changed');
      expect(made()).toBe(1);
    },
  );

  it('leaves a tier that somebody chose since', async () => {
    await run('apply');
    cluster.tier = 'tier-8xl';
    expect(await run('undo')).toMatchObject({ state: 'refused', code: 'changed-since' });
    expect(cluster.tier).toBe('tier-8xl');
  });
});
