import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BIG, fastClock, type ScaleBench, scaleBench } from './bench.ts';

let b: ScaleBench;
beforeEach(async () => {
  b = await scaleBench();
});
afterEach(() => b.close());

/** Until EC2 was asked so many times more. */
async function looks(more: number): Promise<void> {
  const asked = () => b.endpoint.calls.DescribeInstances ?? 0;
  const enough = asked() + more;
  while (asked() < enough) await delay(5);
}

const machine = () => b.world.machines[0]!;
const isUp = (type: string) => expect(machine()).toMatchObject({ type, state: 'running' });

describe('scale leaves no machine down', () => {
  it('goes back where EC2 has no room for the new type', async () => {
    b.endpoint.faults.noRoomFor.add(BIG);
    const result = await b.run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'no-capacity' });
    expect(result.note).toContain('runs as m5.large again');
    isUp('m5.large');
  });

  it('goes back, in undo too, to what it ran as', async () => {
    machine().type = BIG;
    b.endpoint.faults.noRoomFor.add('m5.large');
    const result = await b.run('undo', { before: { type: 'm5.large', state: 'running' } });
    expect(result.note).toContain(`runs as ${BIG} again`);
    isUp(BIG);
  });

  it('goes back where EC2 takes the start and the machine falls over again', async () => {
    const start = b.world.start.bind(b.world);
    b.world.start = async (id) => {
      if (machine().type !== BIG) return start(id);
      machine().state = 'pending';
      await looks(1);
      machine().state = 'stopped';
      machine().stateReason = { code: 'Client.InternalError', message: 'Client error on launch' };
    };
    const result = await b.run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'does-not-start' });
    expect(result.note).toContain('Client.InternalError');
    isUp('m5.large');
  });

  it.each([
    ['does not allow that change of type', 'InvalidInstanceAttributeValue'],
    ['does not let us', 'UnauthorizedOperation'],
  ])('starts it again where EC2 %s', async (_, code) => {
    b.world.stop = async () => {
      machine().state = 'stopped';
      b.endpoint.faults.refuse.ModifyInstanceAttribute = code;
    };
    const result = await b.run('apply');
    expect(result.state).toBe('failed');
    expect(result.note).toContain('it runs as m5.large again');
    isUp('m5.large');
  });

  it('insists on the former type while there is no room for that either', async () => {
    b.endpoint.faults.noRoomFor.add(BIG).add('m5.large');
    const ended = b.run('apply');
    while (!b.notes.some((note) => note.includes('restoring m5.large'))) await delay(10);
    await delay(100);
    b.endpoint.faults.noRoomFor.clear();
    expect((await ended).note).toContain('runs as m5.large again');
    isUp('m5.large');
  });

  it('says that it is down, and how it comes up, where nothing brings it back', async () => {
    b.world.stop = async () => {
      machine().state = 'stopped';
      b.endpoint.faults.refuse.StartInstances = 'ExpiredToken';
    };
    const result = await b.run('apply');
    expect(result).toMatchObject({ state: 'failed', code: 'credentials' });
    expect(result.note).toContain('last seen STOPPED');
    // As it can be typed: with the kit's own keys.
    expect(result.note).toMatch(
      /AWS_SHARED_CREDENTIALS_FILE=\S+ aws ec2 start-instances --instance-ids i-00000000000000000 --region us-west-2$/,
    );
    b.endpoint.faults.refuse = {};
    expect((await b.run('apply')).state).toBe('changed');
    isUp(BIG);
  });

  it('tells where it was when its time was up', async () => {
    b.world.stop = async () => {
      machine().state = 'stopping';
    };
    const stopWaiting = new AbortController();
    const ended = b.run('apply', { signal: stopWaiting.signal });
    while (machine().state !== 'stopping') await delay(10);
    // The first may have been under way when it began to stop, and the last one is not read yet.
    await looks(3);
    stopWaiting.abort();
    await expect(ended).rejects.toThrow(/was stopping; the next attempt continues from there/);
  });
});

describe('scale outlasts a cloud that fails', () => {
  it.each([
    ['throttles for long', () => Object.assign(b.endpoint.faults.throttle, { DescribeInstances: 8 })],
    ['answers 500', () => Object.assign(b.endpoint.faults.beforeAcceptance, { DescribeInstances: 8 })],
    ['hangs up', () => later('reset')],
    ['answers nothing at all', () => later('empty')],
    ['answers half', () => later('cut')],
  ])(
    '%s, with a machine down',
    async (_, storm) => {
      const stop = b.world.stop.bind(b.world);
      b.world.stop = async (id) => {
        storm();
        await stop(id);
      };
      expect(await b.run('apply')).toMatchObject({ state: 'changed' });
      expect(b.notes.some((note) => note.startsWith('EC2 is throttling or failing'))).toBe(true);
      isUp(BIG);
      expect(b.events).toEqual(['saved', 'stop cp0', 'retype cp0', 'start cp0']);
    },
    60_000,
  );

  it('loses sight of the machine for a moment', async () => {
    const stop = b.world.stop.bind(b.world);
    b.world.stop = async (id) => {
      await stop(id);
      b.endpoint.faults.afterAcceptance.DescribeInstances = { how: 'gone', times: 2 };
    };
    expect((await b.run('apply')).state).toBe('changed');
    isUp(BIG);
  });

  it('starts and retypes once, although the answers were lost', async () => {
    for (const operation of ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'])
      b.endpoint.faults.afterAcceptance[operation] = { how: 'reset', times: 1 };
    expect((await b.run('apply')).state).toBe('changed');
    isUp(BIG);
  });

  it('gives up in time where it never reached EC2 at all', async () => {
    await b.endpoint.close();
    await expect(b.run('check')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('stops by force only where it was told to', async () => {
    const stop = b.world.stop.bind(b.world);
    b.world.stop = async (id, force) => {
      if (force) return stop(id);
      machine().state = 'stopping';
    };
    const how = { within: '30s' };
    const slow = await b.run('apply', { params: how, deps: { now: fastClock() } });
    expect(slow).toMatchObject({ state: 'failed', code: 'too-slow' });
    expect(slow.note).toContain('last seen STOPPING');
    const forced = await b.run('apply', { params: { ...how, forceStop: true }, deps: { now: fastClock() } });
    expect(forced.state).toBe('changed');
    isUp(BIG);
  });

  it('is not misled by a clock that is a day off', async () => {
    b.endpoint.faults.clockAheadMs = 86_400_000;
    expect((await b.run('check')).state).toBe('would');
  });

  function later(how: 'reset' | 'empty' | 'cut'): void {
    b.endpoint.faults.afterAcceptance.DescribeInstances = { how, times: 8 };
  }
});

describe('scale refuses before it stops anything', () => {
  it.each(['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'])(
    'where the credentials may not %s',
    async (operation) => {
      b.endpoint.faults.refuse[operation] = 'UnauthorizedOperation';
      expect(await b.run('check')).toMatchObject({ state: 'refused', code: 'not-permitted' });
      const result = await b.run('apply');
      expect(result.note).toContain(`ec2:${operation}`);
      expect(b.events).toEqual([]);
    },
  );

  it('stop protection', async () => {
    machine().stopProtected = true;
    for (const op of ['check', 'apply'] as const) {
      const result = await b.run(op);
      expect(result).toMatchObject({ state: 'refused', code: 'stop-protection' });
      expect(result.note).toMatch(
        /AWS_SHARED_CREDENTIALS_FILE=\S+ aws ec2 .* --no-disable-api-stop --region us-west-2/,
      );
    }
    expect(b.events).toEqual([]);
  });

  it('not one that hibernates, which EC2 allows: the plan says what comes back', async () => {
    const stateReason = { code: 'Client.UserInitiatedHibernate', message: '' };
    Object.assign(machine(), { state: 'stopped', stateReason });
    const result = await b.run('check');
    expect(result.state).toBe('would');
    expect(result.note).toContain('it is hibernated');
  });

  it('goes on where it may not even ask for stop protection', async () => {
    b.endpoint.faults.refuse.DescribeInstanceAttribute = 'UnauthorizedOperation';
    expect((await b.run('check')).state).toBe('would');
  });

  it('a machine that is reached at a public address alone, which a stop takes away', async () => {
    machine().publicIp = '203.0.113.7';
    b.targets[0] = { ...b.targets[0]!, address: '203.0.113.7', via: ['ssh'] };
    expect(await b.run('check')).toMatchObject({ state: 'refused', code: 'address-changes' });
    machine().elasticIp = true;
    expect((await b.run('check')).state).toBe('would');
  });

  it('tells the public address that changes, and the new one afterwards', async () => {
    machine().publicIp = '203.0.113.7';
    expect((await b.run('check')).note).toContain('203.0.113.7 changes');
    const start = b.world.start.bind(b.world);
    b.world.start = async (id) => {
      machine().publicIp = '203.0.113.8';
      await start(id);
    };
    expect((await b.run('apply')).note).toContain('was 203.0.113.7 and is now 203.0.113.8');
  });

  it('asks whose account it is where EC2 does not know the instance', async () => {
    b.targets[0] = { ...b.targets[0]!, instanceId: 'i-0000000000000ffff' };
    const { note } = await b.run('check');
    expect(note).toContain('us-west-2');
    expect(note).toContain('aws sts get-caller-identity');
  });
});
