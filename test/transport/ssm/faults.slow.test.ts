import { afterEach, describe, expect, it } from 'vitest';
import { createSsmTransport } from '../../../src/transport/ssm/transport.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { type Harness, harness, resultLine, script, statesOf } from './harness.ts';

let h: Harness;
afterEach(() => h?.close());

const calls = (operation: string) => h.endpoint.calls[operation] ?? 0;
const reasons = (outcomes: { target: string; reason?: { code: string } | undefined }[]) =>
  Object.fromEntries(outcomes.map((o) => [o.target, o.reason?.code]));

describe('the SSM transport when the service misbehaves', () => {
  it('leaves out the instance that rejected the batch', async () => {
    h = await harness(10);
    h.world.machines[3]!.ssm = 'dead';
    h.world.machines[4]!.ssm = 'absent';
    const outcomes = await h.run();
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(8);
    expect(reasons(outcomes)).toMatchObject({ n3: 'no-agent', n4: 'no-agent' });
    expect(statesOf(outcomes)).toMatchObject({ n3: 'unreachable', n4: 'unreachable' });
    expect(calls('SendCommand')).toBe(2);
  });

  it('finds it by halves where the service does not name it', async () => {
    h = await harness(16);
    h.endpoint.faults.namelessInvalidInstance = true;
    h.world.machines[5]!.ssm = 'dead';
    const outcomes = await h.run();
    expect(statesOf(outcomes).n5).toBe('unreachable');
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(15);
    expect(h.world.ran).toHaveLength(15);
  });

  it('waits out throttled sends', async () => {
    h = await harness(2);
    h.endpoint.faults.throttle.SendCommand = 2;
    expect(statesOf(await h.run())).toEqual({ n0: 'ok', n1: 'ok' });
    expect(h.world.ran).toHaveLength(2);
  });

  it('gives up in time where sends stay throttled: nothing left', async () => {
    h = await harness(2);
    h.endpoint.faults.throttle.SendCommand = 1000;
    const outcomes = await h.run({ connectMs: 1_500 });
    expect(reasons(outcomes)).toEqual({ n0: 'throttled', n1: 'throttled' });
    expect(statesOf(outcomes).n0).toBe('unreachable');
  });

  it('does not call unreachable what was only throttled, where no other transport is left', async () => {
    h = await harness(2);
    h.endpoint.faults.throttle.SendCommand = 1000;
    const outcomes = await h.run({ wholeMs: 1_500, last: true });
    expect(statesOf(outcomes)).toEqual({ n0: 'not-attempted', n1: 'not-attempted' });
    expect(reasons(outcomes).n0).toBe('throttled');
  });

  it('sends nothing more where the run was stopped while it waited for its turn', async () => {
    h = await harness(2);
    const outcomes = await h.run({ turn: async () => false });
    expect(statesOf(outcomes)).toEqual({ n0: 'not-attempted', n1: 'not-attempted' });
    expect(calls('SendCommand')).toBe(0);
  });

  it('finds a dead region once, and not once a command', async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 50));
    h = await harness(5, { sleep });
    h.endpoint.faults.afterAcceptance.SendCommand = { how: 'reset', times: 1000 };
    h.endpoint.faults.beforeAcceptance.ListCommands = 1000;
    for (let n = 0; n < 3; n++) await h.run({}, script, [h.targets[n]!]);
    const sent = calls('SendCommand');
    const outcomes = await h.run({}, script, [h.targets[4]!]);
    expect(reasons(outcomes)).toEqual({ n4: 'cloud-unreachable' });
    expect(calls('SendCommand')).toBe(sent);
  });

  it('says that the list of commands is denied, where an answer was lost', async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 50));
    h = await harness(1, { sleep });
    h.endpoint.faults.beforeAcceptance.SendCommand = 1;
    h.endpoint.faults.refuse.ListCommands = 'AccessDeniedException';
    const [outcome] = await h.run();
    expect(outcome!.reason).toMatchObject({ code: 'answer-lost' });
    expect(outcome!.reason!.message).toMatch(/list of commands cannot be read: AccessDenied/);
  });

  it('keeps looking through throttled and failing lists', async () => {
    h = await harness(3);
    h.endpoint.faults.throttle.ListCommands = 2;
    h.endpoint.faults.beforeAcceptance.ListCommandInvocations = 2;
    expect(Object.values(statesOf(await h.run()))).toEqual(['ok', 'ok', 'ok']);
  });

  it.each(['reset', 'error-500'] as const)(
    'finds its command after a %s, and sends no second',
    async (how) => {
      h = await harness(4);
      h.endpoint.faults.afterAcceptance.SendCommand = { how, times: 1 };
      const outcomes = await h.run();
      expect(outcomes.map((o) => o.state)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(calls('SendCommand')).toBe(1);
      expect(h.world.ran).toHaveLength(4);
    },
  );

  it('says unknown, and sends no second, where no trace is found', async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 20));
    h = await harness(2, { sleep });
    h.endpoint.faults.beforeAcceptance.SendCommand = 1;
    const outcomes = await h.run();
    expect(reasons(outcomes)).toEqual({ n0: 'not-accepted', n1: 'not-accepted' });
    expect(outcomes[0]!.reason!.message).toMatch(/SSM lists no such command$/);
    expect(statesOf(outcomes).n0).toBe('unknown');
    expect(calls('SendCommand')).toBe(1);
  });

  it('does not say that no such command is listed where nobody looked', async () => {
    const stop = new AbortController();
    const sleep = async (ms: number) => {
      // The pause before the first look.
      if (ms === 500) stop.abort();
      else await new Promise((resolve) => setTimeout(resolve, ms));
    };
    h = await harness(1, { sleep });
    h.endpoint.faults.beforeAcceptance.SendCommand = 1;
    const [outcome] = await h.run({ signal: stop.signal });
    expect(outcome).toMatchObject({ state: 'unknown', reason: { code: 'answer-lost' } });
    expect(outcome!.reason!.message).toMatch(/^the answer to SendCommand was lost \([^)]*\)$/);
    expect(calls('ListCommands')).toBe(0);
  });

  it.each([
    ['undeliverable', 'unreachable', 'undeliverable'],
    ['ranButDeliveryTimedOut', 'unknown', 'delivery-timed-out'],
    ['missing', 'unknown', 'not-listed'],
  ] as const)('tells %s as %s', async (fault, state, code) => {
    h = await harness(3);
    h.endpoint.faults[fault].add(instanceId(1));
    const outcomes = await h.run();
    expect(statesOf(outcomes)).toEqual({ n0: 'ok', n1: state, n2: 'ok' });
    expect(reasons(outcomes).n1).toBe(code);
    expect(outcomes).toHaveLength(3);
  });

  it('ends what never ends at its own deadline, and holds no other up', async () => {
    h = await harness(3);
    h.endpoint.faults.inProgressForever.add(instanceId(2));
    const { signal } = new AbortController();
    const told: string[] = [];
    for await (const o of h.transport.run(h.targets, script, { connectMs: 1000, runMs: 4000, signal })) {
      told.push(`${o.target} ${o.state}`);
    }
    expect(told.slice(0, 2).sort()).toEqual(['n0 ok', 'n1 ok']);
    expect(told.slice(2)).toEqual(['n2 timed-out']);
    expect(calls('CancelCommand')).toBe(0);
  });

  it('does not call a node that took nothing up timed out', async () => {
    h = await harness(2);
    h.world.machines[1]!.ssm = 'deaf';
    const outcomes = await h.run({ connectMs: 1000, runMs: 4000 });
    expect(statesOf(outcomes)).toEqual({ n0: 'ok', n1: 'unknown' });
  });

  it('does not take for failed what a reboot broke off and the agent ran once more', async () => {
    h = await harness(1);
    const line = resultLine('refused', { code: 'rebooted', note: 'booted 40 s after the order was sent' });
    h.world.answer = () => ({ code: 4, stdout: line, stderr: '' });
    expect((await h.run())[0]).toMatchObject({
      state: 'unknown',
      reason: { code: 'rebooted', message: 'booted 40 s after the order was sent' },
    });
  });

  it("takes the node's own deadline for what it is", async () => {
    h = await harness(1);
    h.world.answer = () => ({ code: 3, stdout: resultLine('failed', { code: 'deadline' }), stderr: '' });
    expect((await h.run())[0]).toMatchObject({ state: 'timed-out', reason: { code: 'deadline' } });
  });

  it.each([
    ['SendCommand', 'unreachable'],
    ['ListCommands', 'unknown'],
  ])('names the credentials when they expire at %s', async (operation, state) => {
    h = await harness(2);
    h.endpoint.faults.refuse[operation] = 'ExpiredTokenException';
    const outcomes = await h.run();
    expect(outcomes[0]).toMatchObject({
      state,
      reason: { code: 'credentials', next: expect.stringContaining('aws sts get-caller-identity') },
    });
  });

  it('is certain that nothing left where the service cannot be reached', async () => {
    h = await harness(2);
    await h.endpoint.close();
    const outcomes = await h.run();
    expect(reasons(outcomes)).toEqual({ n0: 'cloud-unreachable', n1: 'cloud-unreachable' });
    expect(statesOf(outcomes).n0).toBe('unreachable');
  });

  it('passes on why there is no client', async () => {
    h = await harness(1);
    const broken = createSsmTransport({ clientFor: () => Promise.reject(new Error('no profile')) });
    const outcomes = [];
    const options = { connectMs: 100, runMs: 100, signal: new AbortController().signal };
    for await (const outcome of broken.run(h.targets, script, options)) outcomes.push(outcome);
    expect(outcomes[0]).toMatchObject({ state: 'unreachable', reason: { code: 'no-client' } });
    await broken.close();
  });
});
