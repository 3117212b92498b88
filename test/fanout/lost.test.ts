import { describe, expect, it } from 'vitest';
import { fanout } from '../../src/fanout/fanout.ts';
import type { FanoutDeps, FanoutSpec, Found, Via } from '../../src/fanout/types.ts';
import type { Target } from '../../src/kit/types.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { fakeTransport, outcome, script, targets } from './fake-transport.ts';

const LOST = { code: 'not-delivered', message: 'no sign of it' } as const;
const THROTTLED = { code: 'throttled', message: 'throttled' } as const;
const NO_ANSWER = { code: 'answer-lost', message: 'the answer was lost' } as const;

/** Nodes behind ssm and ssh; `ssm` decides what becomes of an order there. */
function lab(
  count: number,
  ssm: (target: Target) => Outcome,
  ssh: (target: Target) => Outcome = ({ name }) => outcome(name, 'ok', { via: 'ssh' }),
) {
  const transports = {
    ssm: fakeTransport(ssm, { name: 'ssm', group: 50 }),
    ssh: fakeTransport(ssh),
  };
  const all = targets(count, { via: ['ssm', 'ssh'] });
  return {
    ...transports,
    run: (spec: Partial<FanoutSpec>, deps: Partial<FanoutDeps>, via: Via[] = ['ssm', 'ssh']) =>
      fanout(
        {
          targets: all,
          script,
          waves: [count],
          parallel: 500,
          budget: 0,
          connectMs: 1000,
          runMs: 1000,
          ...spec,
        },
        {
          transport: async (name) => transports[name as 'ssm' | 'ssh'],
          transportsTo: () => via,
          stop: new AbortController().signal,
          stopWaiting: new AbortController().signal,
          ...deps,
        },
      ),
  };
}

const lostBySsm = ({ name }: Target) => outcome(name, 'unknown', { via: 'ssm', reason: LOST });
const all = (lost: Outcome[], found: Found) => new Map(lost.map(({ target }) => [target, found]));

describe('targets whose outcome was lost', () => {
  it('are launched by the transport over which the node said that it has no receipt, before the budget counts', async () => {
    const { run, ssh } = lab(3, lostBySsm);
    const verdict = await run({}, { settleLost: async (lost) => all(lost, { absentBy: 'ssh' }) });
    expect(verdict).toMatchObject({ counts: { ok: 3 } });
    expect(verdict.stoppedBy).toBeUndefined();
    expect(ssh.ran.flat()).toHaveLength(3);
  });

  it('have the outcome that the receipt proves, and are not sent to again', async () => {
    const { run, ssh, ssm } = lab(3, lostBySsm);
    const settleLost = async (lost: Outcome[]) =>
      new Map(lost.map(({ target }): [string, Found] => [target, { outcome: outcome(target) }]));
    expect((await run({}, { settleLost })).counts).toMatchObject({ ok: 3 });
    expect([ssh.ran.flat().length, ssm.ran.flat().length]).toEqual([0, 3]);
  });

  it('stay unknown where the receipt proves nothing, and count', async () => {
    const { run } = lab(2, lostBySsm);
    const verdict = await run({ budget: 1 }, { settleLost: async () => new Map() });
    expect(verdict).toMatchObject({ counts: { unknown: 2 }, stoppedBy: 'budget' });
  });

  it('are not called unreachable where the next transport cannot reach them: the first order may have left', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'unreachable'));
    const verdict = await run({ budget: 1 }, { settleLost: async (lost) => all(lost, { absentBy: 'ssh' }) });
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', reason: { code: 'not-delivered' } });
  });

  it('are not called not-attempted where the order that was given again had no turn any more', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'not-attempted', { reason: THROTTLED }));
    const verdict = await run({ budget: 1 }, { settleLost: async (lost) => all(lost, { absentBy: 'ssh' }) });
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', reason: { code: 'not-delivered' } });
  });

  it('are asked about by the latest order that may have left', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'unknown', { reason: NO_ANSWER }));
    const asked: (Via | undefined)[] = [];
    const settleLost = async (lost: Outcome[]) => {
      asked.push(...lost.map(({ via }) => via));
      return asked.length < 2 ? all(lost, { absentBy: 'ssh' as const }) : new Map<string, Found>();
    };
    const verdict = await run({ budget: 1 }, { settleLost });
    expect(asked).toEqual(['ssm', 'ssh']);
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', via: 'ssh' });
  });

  it('are not called failed where the order that was given again finds the first one at work', async () => {
    const locked = { fireaxe: 1, op: 'apply', state: 'refused', code: 'locked' } as const;
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'failed', { result: locked }));
    let asked = 0;
    const settleLost = async (lost: Outcome[]) =>
      asked++ ? new Map() : all(lost, { absentBy: 'ssh' as const });
    expect((await run({ budget: 1 }, { settleLost })).outcomes[0]).toMatchObject({ state: 'unknown' });
  });

  it('are sent to again by the same transport a few times where there is no other', async () => {
    let left = 2;
    const { run, ssm } = lab(60, ({ name }) =>
      left > 0 && name === 'n60' && left--
        ? lostBySsm({ name } as Target)
        : outcome(name, 'ok', { via: 'ssm' }),
    );
    const verdict = await run({}, { settleLost: async (lost) => all(lost, { absentBy: 'ssm' }) }, ['ssm']);
    expect(verdict.counts).toMatchObject({ ok: 60 });
    expect(ssm.ran.flat().filter((name) => name === 'n60')).toHaveLength(3);
  });
});

describe('an order that may be given twice', () => {
  it('goes on to the next transport where its answer was lost', async () => {
    const { run } = lab(3, lostBySsm);
    expect((await run({ repeatable: true }, {})).counts).toMatchObject({ ok: 3 });
  });

  it('is given again where the service lost it and no other transport is left, all in one call', async () => {
    let calls = 0;
    const { run, ssm } = lab(3, ({ name }) =>
      calls++ < 3
        ? outcome(name, 'unknown', { via: 'ssm', reason: NO_ANSWER })
        : outcome(name, 'ok', { via: 'ssm' }),
    );
    expect((await run({ repeatable: true }, {}, ['ssm'])).counts).toMatchObject({ ok: 3 });
    expect(ssm.ran.map((batch) => batch.length)).toEqual([3, 3]);
  });
});
