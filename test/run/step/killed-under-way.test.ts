import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../src/run/execute.ts';
import { journalPath } from '../../../src/run/journal/run-order.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { makeOutcome } from '../../../src/transport/outcome.ts';
import type { Outcome, Transport } from '../../../src/transport/types.ts';
import { asIfKilled } from '../as-if-killed.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

/** A run of three nodes whose client was killed while they worked: no outcome is known. `receipt` is what n2 tells then. */
async function resumed(receipt: (look: number, told: Outcome) => Outcome) {
  const kit = kitOf(3);
  const fleet = fakeFleet((op, _, node) => (op === 'apply' && node === 'n3' ? 'crash' : 'ok'));
  const env = envFor(kit, fleet.transport);
  const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one', { parallel: 3 })] }]);
  await Promise.race([execute(plan, env), fleet.crashed]);
  const stateDir = `${env.stateDir}-then`;
  cpSync(env.stateDir, stateDir, { recursive: true });
  const { runId } = await readRun(stateDir, 'last');
  asIfKilled(journalPath(stateDir, runId));

  const again = fakeFleet();
  for (const [name, node] of fleet.nodes) again.nodes.set(name, node);
  const n2 = again.nodeOf('n2');
  n2.receipts.set('one', 'done');
  n2.ran.set('one', 1);
  let look = 0;
  const transport: Transport = {
    ...again.transport,
    async *run(batch, script, options) {
      for await (const told of again.transport.run(batch, script, options))
        yield told.target === 'n2' && told.result?.op === 'receipt' ? receipt(look++, told) : told;
    },
  };
  const verdict = await resumeRun('last', { ...env, stateDir, transport: async () => transport });
  const records = (await readRun(stateDir, 'last')).records.filter((one) => one.kind === 'outcome');
  const ofN2 = records.map(({ outcome }) => outcome).filter(({ target }) => target === 'n2');
  return { verdict, last: ofN2.at(-1), ran: [...again.nodes.values()].map(({ ran }) => [...ran.values()]) };
}

const runs = (told: Outcome): Outcome => ({
  ...told,
  state: 'failed',
  result: { fireaxe: 1, op: 'receipt', state: 'interrupted', code: 'running' },
});

describe('a resume, of a node that may still work on the order', () => {
  it('waits for its end, and gives no order twice', async () => {
    const { verdict, ran } = await resumed((look, told) => (look < 3 ? runs(told) : told));
    expect(verdict).toMatchObject({ state: 'done', counts: { ok: 3 } });
    expect(ran).toEqual([[1], [1], [1]]);
  });

  it('says that it is unknown where it does not end', async () => {
    const { verdict, last } = await resumed((_, told) => runs(told));
    expect(verdict.counts).toMatchObject({ ok: 2, unknown: 1, 'not-attempted': 0 });
    expect(last).toMatchObject({ state: 'unknown', reason: { code: 'running' } });
  });

  it('says that it is unknown where its receipt cannot be read', async () => {
    const reason = { code: 'refused', message: 'nothing listens' } as const;
    const { verdict, last } = await resumed(() => makeOutcome({ target: 'n2' }, 'unreachable', { reason }));
    expect(verdict.counts).toMatchObject({ ok: 2, unknown: 1, 'not-attempted': 0 });
    expect(last).toMatchObject({
      state: 'unknown',
      reason: { code: 'receipt-unread', message: expect.stringContaining('nothing listens') },
    });
  });
});
