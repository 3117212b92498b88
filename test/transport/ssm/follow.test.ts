import { describe, expect, it } from 'vitest';
import { openAccount } from '../../../src/transport/ssm/account.ts';
import { Follow } from '../../../src/transport/ssm/follow.ts';
import type { Report, SentCommand, SsmApi } from '../../../src/transport/ssm/types.ts';
import type { Outcome } from '../../../src/transport/types.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { resultLine, script, target } from './harness.ts';
import { virtualClock } from './virtual-clock.ts';

async function follow(
  reports: (now: number) => Report[],
  times: { deliveryMs: number; runMs: number },
  commands = 1,
): Promise<{ outcomes: (Outcome & { at: number })[]; cancelled: string[][]; lists: number; reads: number }> {
  const clock = virtualClock();
  const began = clock.now();
  const cancelled: string[][] = [];
  let lists = 0;
  let reads = 0;
  const command: SentCommand = {
    id: 'c',
    comment: '',
    requestedAt: new Date(began),
    completed: 0,
    total: 2,
    over: false,
  };
  const api: SsmApi = {
    send: () => Promise.reject(new Error('not here')),
    commands: async () => {
      lists++;
      const ended = reports(clock.now() - began).filter((r) => !/Pending|InProgress/.test(r.details));
      return [{ ...command, completed: ended.length }];
    },
    invocations: async () => {
      reads++;
      return reports(clock.now() - began);
    },
    output: () => Promise.reject(new Error('not here')),
    cancel: async (_, ids) => void cancelled.push(ids),
    close: () => {},
  };
  const account = openAccount({ region: 'r' }, api, clock, { firstMs: 800, everyMs: 2000 });
  const outcomes: (Outcome & { at: number })[] = [];
  const settle = (outcome: Outcome) => outcomes.push({ ...outcome, at: clock.now() - began });
  const targets = [target(0), target(1)];
  const follows = Array.from({ length: commands }, () =>
    new Follow(command, targets, script, account, clock, settle).run({
      ...times,
      signal: new AbortController().signal,
    }),
  );
  await Promise.all(follows);
  account.poller.close();
  clock.stop();
  return { outcomes, cancelled, lists, reads };
}

const report = (n: number, details: string): Report => ({
  instanceId: instanceId(n),
  details,
  code: details === 'Success' ? 0 : -1,
  output: details === 'Success' ? resultLine('ok') : '',
});

describe('following a command', () => {
  it('calls off a node that has not begun, and goes on waiting for one that has', async () => {
    const { outcomes, cancelled } = await follow(
      (now) => [report(0, 'Pending'), report(1, now > 60_000 ? 'Success' : 'InProgress')],
      { deliveryMs: 15_000, runMs: 120_000 },
    );
    expect(cancelled).toEqual([[instanceId(0)]]);
    expect(outcomes.map((o) => [o.target, o.state, o.reason?.code])).toEqual([
      ['n0', 'unknown', 'not-delivered'],
      ['n1', 'ok', undefined],
    ]);
    expect(outcomes[0]!.at).toBe(15_000);
    expect(outcomes[1]!.at).toBeGreaterThan(60_000);
    expect(outcomes[1]!.at).toBeLessThan(63_000);
  });

  it('ends at connect and run time together, by what the last look shows', async () => {
    const { outcomes, cancelled } = await follow(() => [report(0, 'InProgress'), report(1, 'InProgress')], {
      deliveryMs: 10_000,
      runMs: 30_000,
    });
    expect(outcomes.map((o) => [o.state, o.at])).toEqual([
      ['timed-out', 40_000],
      ['timed-out', 40_000],
    ]);
    // The script ends itself, with all that it started; a shell that is killed leaves some of it behind.
    expect(cancelled).toEqual([]);
  });

  it('looks no more often than it must, and reads only what got further', async () => {
    const { lists, reads } = await follow(() => [report(0, 'InProgress'), report(1, 'InProgress')], {
      deliveryMs: 10_000,
      runMs: 110_000,
    });
    expect(lists).toBeLessThanOrEqual(61);
    // Once when it should have been delivered, once at the end.
    expect(reads).toBe(2);
  });

  it('looks no more often for twenty commands than for one', async () => {
    const times = { deliveryMs: 10_000, runMs: 110_000 };
    const { lists } = await follow(() => [report(0, 'InProgress'), report(1, 'InProgress')], times, 20);
    expect(lists).toBeLessThanOrEqual(61);
  });

  it('reads an end that comes between the last look of the poller and the deadline', async () => {
    const { outcomes } = await follow(
      (now) => [report(0, 'Success'), report(1, now >= 40_000 ? 'Success' : 'InProgress')],
      { deliveryMs: 10_000, runMs: 30_000 },
    );
    expect(outcomes.map((o) => o.state)).toEqual(['ok', 'ok']);
  });

  it.each([
    ['Terminated', 'unreachable'],
    ['Cancelled', 'unknown'],
    ['InvalidPlatform', 'unreachable'],
    ['AccessDenied', 'unreachable'],
    ['DeliveryTimedOut', 'unknown'],
    ['ExecutionTimedOut', 'timed-out'],
    ['Failed', 'unknown'],
  ])('reads %s as %s', async (details, state) => {
    const { outcomes } = await follow(() => [report(0, details), report(1, 'Success')], {
      deliveryMs: 10_000,
      runMs: 30_000,
    });
    expect(outcomes.find((o) => o.target === 'n0')?.state).toBe(state);
  });
});
