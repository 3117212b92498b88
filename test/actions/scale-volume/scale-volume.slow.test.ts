import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { scaleVolume } from '../../../src/actions/scale-volume/action.ts';
import { cloudSide } from '../../../src/actions/scale-volume/cloud.ts';
import type { ScaleVolumeParams } from '../../../src/actions/scale-volume/params.ts';
import type { CloudVolume } from '../../../src/drill/cloud/ec2/volume.ts';
import type { Op } from '../../../src/node/types.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { type CloudBench, cloudBench, QUICK } from '../cloud-bench.ts';

let b: CloudBench<ScaleVolumeParams>;
let etcd: CloudVolume;
let root: CloudVolume;
/** What the host says of etcd's disk. */
let disk: Record<string, string> | undefined;
beforeEach(async () => {
  b = await cloudBench(cloudSide(QUICK), 2, ['control-plane']);
  const gp3 = { instance: instanceId(0), type: 'gp3', sizeGib: 100, iops: 3000, throughput: 125 } as const;
  root = { ...gp3, id: 'vol-0aaa', device: '/dev/xvda' };
  etcd = { ...gp3, id: 'vol-0bbb', device: '/dev/sdb' };
  b.world.volumes = [root, etcd, { ...gp3, id: 'vol-0ccc', device: '/dev/xvda', instance: instanceId(1) }];
  disk = { disks: 'vol-0bbb' };
});
afterEach(() => b.close());

const reach = async () => [disk ? { state: 'ok', result: { data: disk } } : { state: 'unreachable' }];
const run = (op: Op, params: object = {}, more = {}) =>
  b.run(
    op,
    0,
    parseParams(scaleVolume, { iops: '16000', throughput: '1000', ...params }, 'scale') as ScaleVolumeParams,
    { reach, ...more } as object,
  );
const settled = async () => {
  const moving = () => b.world.volumes!.some(({ modification: last }) => last && last.state !== 'completed');
  while (moving()) await QUICK.sleep(5, new AbortController().signal);
};
const speeds = () => b.world.volumes!.map(({ type, iops, throughput }) => `${type} ${iops} ${throughput}`);
const SLOW = 'gp3 3000 125';
const FAST = 'gp3 16000 1000';

describe('scale-volume', () => {
  it('checks without changing anything', async () => {
    const result = await run('check');
    expect(result).toMatchObject({
      state: 'would',
      before: { 'vol-0bbb': `${SLOW} → ${FAST}` },
      note: `vol-0bbb (/dev/sdb, 100 GiB) ${SLOW} → ${FAST}`,
    });
    // The dry run alone.
    expect(b.endpoint.calls.ModifyVolume).toBe(1);
    expect(speeds()).toEqual([SLOW, SLOW, SLOW]);
  });

  it("makes etcd's volume faster, and exactly as it was again", async () => {
    expect((await run('apply')).state).toBe('changed');
    expect((await run('verify')).state).toBe('ok');
    expect(await run('receipt')).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    await settled();
    expect(speeds()).toEqual([SLOW, FAST, SLOW]);
    expect((await run('verify')).state).toBe('ok');
    expect((await run('undo')).state).toBe('changed');
    await settled();
    expect(speeds()).toEqual([SLOW, SLOW, SLOW]);
    expect((await run('undo')).state).toBe('already');
  });

  it.each([
    ['all', 2],
    ['/dev/xvda', 1],
    ['/dev/xvdb', 1],
  ])('takes the volumes that --device %s names', async (device, count) => {
    disk = undefined;
    expect((await run('apply', { device })).state).toBe('changed');
    await settled();
    expect(speeds().filter((speed) => speed === FAST)).toHaveLength(count);
  });

  it('finds the volume by its device where the disk has no serial number', async () => {
    disk = { disks: '/dev/xvdb' };
    expect((await run('check')).before).toHaveProperty('vol-0bbb');
  });

  it.each([
    ['a disk that is not known', () => (disk = undefined), 'no-volume', 'name the volume with --device'],
    ['a disk of no volume', () => (disk = { disks: 'vol-9' }), 'no-volume', 'vol-9'],
    ['a volume that is too small', () => (etcd.sizeGib = 20), 'volume-limit', 'at most 10000'],
    [
      'a volume that is still optimizing',
      () => {
        etcd.modification = {
          state: 'optimizing',
          startedAt: new Date(0),
          to: { type: 'gp3', iops: 4000, throughput: 125 },
        };
      },
      'volume-busy',
      'still optimizing (10%) since 1970',
    ],
    [
      'without permission',
      () => {
        b.endpoint.faults.refuse.ModifyVolume = 'UnauthorizedOperation';
      },
      'not-permitted',
      'ec2:ModifyVolume',
    ],
  ] as [string, () => unknown, string, string][])('refuses %s', async (_, change, code, why) => {
    change();
    for (const op of ['check', 'apply'] as const) {
      const result = await run(op);
      expect(result).toMatchObject({ state: 'refused', code });
      expect(result.note).toContain(why);
    }
    expect(b.saved.size).toBe(0);
    expect(speeds()).toEqual([SLOW, SLOW, SLOW]);
  });

  it('says already where the volume is as fast', async () => {
    Object.assign(etcd, { iops: 20000, throughput: 1000 });
    expect((await run('apply')).state).toBe('already');
    expect((await run('undo')).state).toBe('already');
  });

  it('tells when it was modified before, as EC2 takes four in 24 hours', async () => {
    await run('apply');
    await settled();
    b.saved.clear();
    expect((await run('check', { iops: '20000' })).note).toContain(
      'EC2 takes four modifications in 24 hours',
    );
  });

  it('is finished by the next attempt, at whichever call the first one was killed, and nothing is asked twice', async () => {
    const served = () => Object.values(b.endpoint.calls).reduce((sum, count) => sum + count, 0);
    for (let calls = 1, killed = true; killed; calls++) {
      const from = served();
      const kill = new AbortController();
      const first = run('apply', { device: 'all' }, { signal: kill.signal }).then(
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
      const receipt = await run('receipt', { device: 'all' });
      if (receipt.state !== 'ok') expect((await run('apply', { device: 'all' })).state).toBe('changed');
      await settled();
      expect(speeds()).toEqual([FAST, FAST, SLOW]);
      expect([root.modified, etcd.modified]).toEqual([1, 1]);
      await run('undo');
      await settled();
      expect(speeds()).toEqual([SLOW, SLOW, SLOW]);
      b.saved.clear();
      for (const volume of [root, etcd]) {
        delete volume.modification;
        delete volume.modified;
      }
    }
  });

  it.each(['error-500', 'reset', 'cut'] as const)(
    'asks once although the answer was lost by %s',
    async (how) => {
      b.endpoint.faults.afterAcceptance.ModifyVolume = { how, times: 2 };
      expect((await run('apply')).state).toBe('changed');
      await settled();
      expect(speeds()[1]).toBe(FAST);
      expect(etcd.modified).toBe(1);
    },
  );
});

describe('scale-volume with a changing EC2', () => {
  it('does not take the failure of an earlier modification for its own, which EC2 lists late', async () => {
    const failed = {
      state: 'failed' as const,
      startedAt: new Date(0),
      to: { type: 'gp3' as const, iops: 9000, throughput: 125 },
    };
    let now: CloudVolume['modification'] = failed;
    let looks = 0;
    Object.defineProperty(etcd, 'modification', {
      get: () => (looks++ < 8 ? failed : now),
      set: (next: CloudVolume['modification']) => {
        now = next;
        looks = 0;
      },
    });
    expect((await run('apply')).state).toBe('changed');
    expect(etcd.modified).toBe(1);
  });

  it('is not misled by a modification that completes between its two calls', async () => {
    b.endpoint.faults.slowVolumes.add(etcd.id);
    await run('apply');
    const last = etcd.modification!;
    Object.defineProperty(etcd, 'modification', {
      configurable: true,
      get: () => {
        Object.defineProperty(etcd, 'modification', { value: last, writable: true });
        last.state = 'completed';
        Object.assign(etcd, last.to);
        return last;
      },
    });
    expect(speeds()[1]).toBe(SLOW);
    expect((await run('undo')).state).toBe('changed');
    expect(etcd.modified).toBe(2);
  });

  it('does not resume over a speed that somebody chose since', async () => {
    await run('check').then(({ before }) => b.saved.set('n0', before!));
    etcd.iops = 20_000;
    const result = await run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(result.note).toContain('vol-0bbb is gp3 20000 125: somebody changed it since');
    expect(etcd.modified).toBeUndefined();
  });
});

describe('undo of scale-volume', () => {
  it('restores the other volumes where EC2 does not take one yet', async () => {
    b.endpoint.faults.slowVolumes.add(root.id);
    await run('apply', { device: 'all' });
    while (etcd.modification?.state !== 'completed') await QUICK.sleep(5, new AbortController().signal);
    const result = await run('undo', { device: 'all' });
    expect(result).toMatchObject({ state: 'failed', code: 'volume-busy' });
    expect(result.note).toContain('vol-0bbb: gp3 16000 1000 → gp3 3000 125');
    while (etcd.modification?.state !== 'completed') await QUICK.sleep(5, new AbortController().signal);
    expect(speeds()[1]).toBe(SLOW);
  });

  it('says when EC2 does not take it yet, with the command for later', async () => {
    b.endpoint.faults.slowVolumes.add(etcd.id);
    expect((await run('apply')).state).toBe('changed');
    const result = await run('undo');
    expect(result).toMatchObject({ state: 'failed', code: 'volume-busy' });
    expect(result.note).toContain('Then: fireaxe undo run-1 --step step --nodes n0, or ');
    expect(result.note).toContain(
      'aws ec2 modify-volume --volume-id vol-0bbb --volume-type gp3 --iops 3000 --throughput 125',
    );
  });

  it('says it where EC2 has taken four modifications', async () => {
    await run('apply');
    await settled();
    etcd.modified = 4;
    expect(await run('undo')).toMatchObject({ state: 'failed', code: 'volume-rate' });
    expect(speeds()[1]).toBe(FAST);
  });

  it('leaves what somebody changed since', async () => {
    await run('apply');
    await settled();
    etcd.iops = 20_000;
    const result = await run('undo');
    expect(result).toMatchObject({ state: 'failed', code: 'changed-since' });
    expect(result.note).toContain('gp3 20000 1000: somebody changed it since');
    expect(etcd.iops).toBe(20_000);
  });

  it('changes a gp2 volume back to gp2', async () => {
    Object.assign(etcd, { type: 'gp2', iops: 300 });
    delete etcd.throughput;
    const was = structuredClone(etcd);
    await run('apply', { toGp3: true });
    await settled();
    expect(etcd.type).toBe('gp3');
    await run('undo');
    await settled();
    expect(etcd).toMatchObject(was);
    expect(etcd.throughput).toBeUndefined();
  });
});
