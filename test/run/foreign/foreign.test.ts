import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/base/canonical.ts';
import { previewOf } from '../../../src/cli/format/undo-preview.ts';
import type { Order } from '../../../src/node/order.ts';
import { actionSteps } from '../../../src/plan/steps.ts';
import type { Receipt } from '../../../src/receipts/line.ts';
import { knownRuns } from '../../../src/receipts/runs.ts';
import { adopt, asRecords, recordsOf } from '../../../src/run/foreign/adopt.ts';
import { foreignPlan } from '../../../src/run/foreign/plan.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';

const kit = kitOf(4);
for (const [i, node] of kit.clusters.c!.fleet.nodes.entries()) node.machineId = String(i).repeat(32);
const cluster = kit.clusters.c!;
const now = new Date('2026-11-20T10:30:00Z');
const request = { kit, cluster, reason: '', now, overrides: {} };

function order(
  step: string,
  n: number,
  action: string,
  params: Record<string, unknown>,
  over: Partial<Order> = {},
): Order {
  const digest = sha256(canonicalJson(params));
  const whose = {
    cluster: 'c',
    operator: 'alice@laptop',
    reason: 'INC-42',
    at: `2026-11-20T10:1${n}:00.000Z`,
  };
  return { v: 1, run: 'r1', step, n, of: 2, action, params, digest, ...whose, ...over };
}
const hold = (over: Partial<Order> = {}) => order('hold', 0, 'stop', { process: 'agent' }, over);
const fence = (over: Partial<Order> = {}) => order('fence', 1, 'fence', {}, over);
const receipt = (one: Order, over: Partial<Receipt> = {}): Receipt => ({
  run: 'r1',
  folder: one.step,
  state: 'changed',
  since: '2026-11-20T10:15:00Z',
  order: one,
  ...over,
});

function known(told: Record<string, Receipt[]>) {
  const readings = Object.entries(told).map(([node, receipts]) => ({ node, state: 'ok' as const, receipts }));
  return knownRuns(readings, cluster.fleet.nodes)[0]!;
}

function undoing(told: Record<string, Receipt[]>) {
  const run = known(told);
  const { plan, notUndoable } = foreignPlan(run, request);
  const bodies = recordsOf(run, plan, 'bob@desk', 'ssh');
  const { changes } = previewOf(asRecords(bodies, now));
  return { plan, bodies, notUndoable, changes: changes.map(({ step, targets }) => [step, targets]) };
}

describe('a run known by its receipts alone', () => {
  it('is undone newest step first, where it stands or may stand', () => {
    const { changes, plan, notUndoable } = undoing({
      n1: [receipt(hold()), receipt(fence())],
      n2: [receipt(hold(), { state: 'interrupted' }), receipt(fence(), { state: 'undone' })],
      n3: [receipt(hold(), { state: 'already' }), receipt(fence(), { state: 'reverted' })],
      n4: [receipt(hold(), { state: 'failed' }), receipt(fence(), { state: 'refused' })],
    });
    expect(changes).toEqual([
      ['fence', ['n1']],
      ['hold', ['n1', 'n2', 'n4']],
    ]);
    expect(notUndoable).toEqual([]);
    expect(plan).toMatchObject({ receiptsOf: 'r1', reason: 'INC-42', title: 'undo of r1 by alice@laptop' });
  });

  it('leaves out what removed the cause, as its own journal would', () => {
    expect(undoing({ n1: [receipt(hold({ removesCause: true }))] }).changes).toEqual([]);
  });

  it('says on which nodes the receipts are not enough, and why', () => {
    const { order: _, ...early } = receipt(hold());
    const cases: [Receipt, string][] = [
      [early, 'an early version of Fireaxe left no order'],
      [receipt(hold({ noUndo: 'Fireaxe does not know what a command did' })), 'does not know what'],
      [receipt(hold({ digest: 'x' })), 'do not match their digest'],
      [receipt(order('hold', 0, 'made-up', {})), 'there is no action "made-up"'],
      [receipt(order('hold', 0, 'stop', { proces: 'agent' })), 'stop has no parameter proces'],
      [receipt(hold(), { folder: 'hold_cp-old' }), 'under a name that this fleet does not have'],
      [{ ...early, long: true }, 'too long for SSM'],
    ];
    for (const [one, why] of cases) {
      const { changes, notUndoable } = undoing({ n1: [one] });
      expect(changes, why).toEqual([]);
      expect(notUndoable).toEqual([{ step: 'hold', targets: ['n1'], why: expect.stringContaining(why) }]);
    }
  });

  it('does not mention an order that only read, or that did nothing', () => {
    const read = receipt(hold({ noUndo: 'there is nothing to undo' }));
    const idle = receipt(hold({ digest: 'x' }), { state: 'already' });
    for (const one of [read, idle])
      expect(undoing({ n1: [one] })).toMatchObject({ changes: [], notUndoable: [] });
  });

  it('a node that tells of another order does not decide what the others undo', () => {
    const lie = order('hold', 0, 'fence', { on: 'hosts' });
    const { plan, changes, notUndoable } = undoing({
      n1: [receipt(lie)],
      n2: [receipt(hold())],
      n3: [receipt(hold())],
    });
    expect(actionSteps(plan)).toMatchObject([{ action: 'stop' }]);
    expect(changes).toEqual([['hold', ['n2', 'n3']]]);
    expect(notUndoable).toEqual([
      { step: 'hold', targets: ['n1'], why: 'its order differs from that of 2 other nodes' },
    ]);
  });
});

describe('its undo', () => {
  it('asks the nodes under the name of the run, and continues from a journal of its own', async () => {
    const { transport } = fakeFleet();
    const texts: string[] = [];
    const env = envFor(kit, {
      ...transport,
      run(batch, script, options) {
        texts.push(script.textFor(batch[0]!, 'ssh'));
        return transport.run(batch, script, options);
      },
    });
    const { plan, bodies } = undoing({ n1: [receipt(hold())], n2: [receipt(hold())] });
    const own = await adopt(plan, bodies, env);
    expect(own).toContain('-undo-');
    expect(await undoRun(own, env)).toMatchObject({ state: 'done', planned: 2, counts: { ok: 2 } });
    expect(texts.map((text) => /^FX_RUN=(.*)$/m.exec(text)?.[1])).toEqual(['r1', 'r1']);
    const { records } = await readRun(env.stateDir, own);
    expect(records.filter(({ kind }) => kind === 'undone')).toHaveLength(2);
    expect(await undoRun(own, env)).toMatchObject({ planned: 0 });
    await expect(resumeRun(own, env)).rejects.toThrow(`cannot resume ${own}: it undoes r1`);
  });
});
