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
type SettleLost = NonNullable<FanoutDeps['settleLost']>;
/** The receipts of all that are asked about prove the same. */
const proves =
  (found: (target: string) => Found): SettleLost =>
  async (lost, _leftMs, tell) => {
    for (const { target } of lost) tell(target, found(target));
  };
const proveAbsence = (via: Via) => proves(() => ({ absentBy: via }));

describe('targets whose outcome was lost', () => {
  it('are launched by the transport over which the node said that it has no receipt, before the budget counts', async () => {
    const { run, ssh } = lab(3, lostBySsm);
    const verdict = await run({}, { settleLost: proveAbsence('ssh') });
    expect(verdict).toMatchObject({ counts: { ok: 3 } });
    expect(verdict.stoppedBy).toBeUndefined();
    expect(ssh.ran.flat()).toHaveLength(3);
  });

  it('have the outcome that the receipt proves, and are not sent to again', async () => {
    const { run, ssh, ssm } = lab(3, lostBySsm);
    const settleLost = proves((target) => ({ outcome: outcome(target) }));
    expect((await run({}, { settleLost })).counts).toMatchObject({ ok: 3 });
    expect([ssh.ran.flat().length, ssm.ran.flat().length]).toEqual([0, 3]);
  });

  it('stay unknown where the receipt proves nothing, and count', async () => {
    const { run } = lab(2, lostBySsm);
    const verdict = await run({ budget: 1 }, { settleLost: async () => {} });
    expect(verdict).toMatchObject({ counts: { unknown: 2 }, stoppedBy: 'budget' });
  });

  it('are not called unreachable where the next transport cannot reach them: the first order may have left', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'unreachable'));
    const verdict = await run({ budget: 1 }, { settleLost: proveAbsence('ssh') });
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', reason: { code: 'not-delivered' } });
  });

  it('are not called not-attempted where the order that was given again had no turn any more', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'not-attempted', { reason: THROTTLED }));
    const verdict = await run({ budget: 1 }, { settleLost: proveAbsence('ssh') });
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', reason: { code: 'not-delivered' } });
  });

  it('are asked about by the latest order that may have left', async () => {
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'unknown', { reason: NO_ANSWER }));
    const asked: (Via | undefined)[] = [];
    const settleLost: SettleLost = async (lost, leftMs, tell) => {
      asked.push(...lost.map(({ via }) => via));
      if (asked.length < 2) await proveAbsence('ssh')(lost, leftMs, tell);
    };
    const verdict = await run({ budget: 1 }, { settleLost });
    expect(asked).toEqual(['ssm', 'ssh']);
    expect(verdict.outcomes[0]).toMatchObject({ state: 'unknown', via: 'ssh' });
  });

  it('are not called failed where the order that was given again finds the first one at work', async () => {
    const locked = { fireaxe: 1, op: 'apply', state: 'refused', code: 'locked' } as const;
    const { run } = lab(1, lostBySsm, ({ name }) => outcome(name, 'failed', { result: locked }));
    let asked = 0;
    const settleLost: SettleLost = async (...args) => {
      if (asked++ === 0) await proveAbsence('ssh')(...args);
    };
    expect((await run({ budget: 1 }, { settleLost })).outcomes[0]).toMatchObject({ state: 'unknown' });
  });

  it('are sent to again by the same transport a few times where there is no other', async () => {
    let left = 2;
    const { run, ssm } = lab(60, ({ name }) =>
      left > 0 && name === 'n60' && left--
        ? lostBySsm({ name } as Target)
        : outcome(name, 'ok', { via: 'ssm' }),
    );
    const verdict = await run({}, { settleLost: proveAbsence('ssm') }, ['ssm']);
    expect(verdict.counts).toMatchObject({ ok: 60 });
    expect(ssm.ran.flat().filter((name) => name === 'n60')).toHaveLength(3);
  });
});

describe('targets of which one is slow to tell', () => {
  it('have their outcome, and are sent to again in one call, while that one is still asked', async () => {
    const { run, ssh } = lab(5, lostBySsm);
    const ended: string[] = [];
    let resolve = () => {};
    const told = new Promise<void>((done) => {
      resolve = done;
    });
    const settleLost: SettleLost = async (_lost, _leftMs, tell) => {
      tell('n1', { outcome: outcome('n1') });
      for (const name of ['n2', 'n3', 'n4']) tell(name, { absentBy: 'ssh' });
      await told;
      expect(ended).toEqual(['n1', 'n2', 'n3', 'n4']);
      tell('n5', { outcome: outcome('n5', 'failed') });
    };
    const verdict = await run(
      { budget: 1 },
      {
        settleLost,
        onEvent(event) {
          if (event.kind === 'outcome') ended.push(event.outcome.target);
          if (ended.length === 4) resolve();
        },
      },
    );
    expect(verdict.counts).toMatchObject({ ok: 4, failed: 1 });
    expect(ssh.ran.flat().sort()).toEqual(['n2', 'n3', 'n4']);
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
