import { describe, expect, it } from 'vitest';
import { incidentOf } from '../../src/report/incident.ts';
import { dnsNote } from '../../src/report/names.ts';
import { seriesOf } from '../../src/report/series.ts';
import { Tally } from '../../src/report/tally.ts';
import type { JournalBody, JournalRecord } from '../../src/run/types.ts';
import { RUN, records } from './incident-records.ts';
import { counts, journal, outcome, planOf, step } from './records.ts';

const found = (all: JournalRecord[]) => ({ runId: RUN, records: all, sealed: true });
const incident = incidentOf(found(records()))!;
const part = incident.parts[0]!;
const values = (title: string) =>
  part.series
    .find((one) => one.title === title)
    ?.points.map(([at, value]) => [(at - part.from) / 1000, value]);

describe('the report of a run', () => {
  it('says who, why, what and how it ended', () => {
    expect(incident).toMatchObject({
      where: 'prod-1',
      reason: 'INC-42',
      operator: 'alice@bastion',
      state: 'partial',
      planned: 5,
      counts: { ok: 4, unreachable: 1 },
    });
  });

  it('plots what the gates read, and what was in force until it was undone', () => {
    expect(values('API servers ready')).toEqual([
      [14, 0],
      [15, 2],
      [18, 3],
    ]);
    expect(values('Errors of API requests')).toEqual([
      [15, 66.7],
      [18, 0],
    ]);
    expect(values('API requests in flight')?.map(([, value]) => value)).toEqual([412, 8]);
    expect(values('Client connections to the API')?.map(([, value]) => value)).toEqual([90, 92]);
    expect(values('Nodes on which the offender is held')?.map(([, value]) => value)).toEqual([0, 1, 2, 2]);
    expect(values('Hosts with a fence')?.map(([, value]) => value)).toEqual([0, 1, 0, 0]);
    expect(values('Clients readmitted')?.map(([, value]) => value)).toEqual([0, 2, 2]);
  });

  it('plots the CoreDNS that answer by a hold, as its nodes told, and no later than that', () => {
    const hold = step('names', ['cp1', 'w1', 'w2'], { action: 'dns-hold' });
    const told = (
      target: string,
      state: 'changed' | 'already',
      data: Record<string, string>,
    ): JournalBody => ({
      ...{ kind: 'outcome', step: 'names', op: 'apply' },
      outcome: outcome(target, 'ok', { result: { fireaxe: 1, op: 'apply', state, data } }),
    });
    const held = journal(
      { kind: 'plan', plan: planOf(['names', [hold]]), operator: 'a', host: 'h', pid: 1 },
      { kind: 'intent', step: 'names', op: 'apply', targets: hold.targets, via: 'ssh', wave: 1 },
      told('cp1', 'changed', { holds: '0' }),
      told('w1', 'changed', { holds: '2' }),
      told('w2', 'already', { servers: '0', held: '0' }),
      told('w2', 'changed', { holds: '1; rm' }),
      { kind: 'undone', step: 'names', target: 'w1', ok: true },
      { kind: 'note', text: 'later' },
    );
    const { series, from } = incidentOf(found(held))!.parts[0]!;
    const of = (title: string) =>
      series.find((one) => one.title === title)?.points.map(([at, n]) => [(at - from) / 1000, n]);
    expect(of('CoreDNS instances that answer by the hold')).toEqual([
      [1, 0],
      [3, 2],
      [6, 0],
    ]);
    expect(of('Nodes whose CoreDNS is held or watched')?.map(([, n]) => n)).toEqual([0, 1, 2, 3, 2, 2]);
    expect(dnsNote(series)).toMatch(/^DNS: as the nodes told/);
    expect(dnsNote(part.series)).toMatch(/^DNS: not in this journal/);

    // Of a damaged journal, and of nodes that an earlier run holds.
    const late = journal(
      { kind: 'plan', plan: planOf(['names', [hold]]), operator: 'a', host: 'h', pid: 1 },
      told('w1', 'already', { servers: '2', held: '2' }),
    );
    expect(
      incidentOf(found(late))!.parts[0]!.series.map(({ points }) => points.map(([, n]) => n)),
    ).toContainEqual([0, 2]);
  });

  it('plots the gates of an early journal, which has their readings as text alone', () => {
    const reading = '2/3 API servers ready (2 needed), 40% errors (at most 50%), held 3s of 2s';
    const early = journal({ kind: 'gate', step: 'window', state: 'open', reading });
    expect(seriesOf(early).map(({ title, points }) => [title, points[0]![1]])).toEqual([
      ['API servers ready', 2],
      ['Errors of API requests', 40],
    ]);
  });

  it('has a lane for each workstream, and one for what the operator undid', () => {
    expect(
      part.lanes.map(({ name, state, stretches }) => [
        name,
        state,
        stretches.map((one) => [one.step, one.state]),
      ]),
    ).toEqual([
      ['shed', 'partial', [['hold', 'partial']]],
      ['fence', 'waiting', [['fence', 'done']]],
      ['undo', 'done', [['fence', 'done']]],
    ]);
    expect(part.pauses.map(([from, to]) => to - from)).toEqual([3_601_000]);
  });

  it('counts every target of every step once, and says why those that are not ok are not', () => {
    expect(part.steps.map(({ step: id, counts: of }) => [id, of.ok, of.unreachable])).toEqual([
      ['hold', 2, 1],
      ['fence', 1, 0],
      ['readmit', 1, 0],
    ]);
    expect(part.steps[0]!.reasons).toEqual([
      { state: 'unreachable', code: 'refused', said: 'no route to host', targets: ['w3'] },
    ]);
  });

  it('knows what is still in force and what was undone', () => {
    expect(part.standing.map(({ step: id, targets }) => [id, targets])).toEqual([['hold', ['w1', 'w2']]]);
    expect(part.undone.map(({ step: id, targets, failed }) => [id, targets, failed])).toEqual([
      ['fence', ['cp-1'], []],
    ]);
  });

  it('of a run that was cut off has no end, and counts what may have left as unknown', () => {
    const cut = incidentOf(found(records().slice(0, 5)))!;
    expect(cut).toMatchObject({ state: 'open', counts: { ok: 1, unknown: 2, 'not-attempted': 2 } });
    expect(cut.endedAt).toBeUndefined();
    expect(cut.parts[0]!.lanes[0]!.stretches[0]!.to).toBeUndefined();
  });

  it('is made of what is left of a damaged journal, as long as it has the plan', () => {
    const all = records();
    const holes = [all[0]!, ...all.slice(6, 9), ...all.slice(15)];
    expect(incidentOf(found(holes))!.parts[0]!.series.length).toBeGreaterThan(2);
    expect(incidentOf(found(all.slice(1)))).toBeUndefined();
    expect(incidentOf(found([]))).toBeUndefined();
  });

  it('has two stretches of a step that was resumed', () => {
    const plan = planOf(['shed', [step('hold', ['n1'])]]);
    const running: JournalBody = { kind: 'step', workstream: 'shed', step: 'hold', state: 'running' };
    const again = journal(
      { kind: 'plan', plan, operator: 'a', host: 'h', pid: 1 },
      running,
      { kind: 'operator', what: 'resume', operator: 'b' },
      running,
      { ...running, state: 'done', counts: counts({ ok: 1 }) },
    );
    const [lane] = incidentOf(found(again))!.parts[0]!.lanes;
    expect(lane!.stretches.map(({ state, from, to }) => [state, to! - from])).toEqual([
      ['stopped', 1000],
      ['done', 1000],
    ]);
  });
});

it('counts an intent of more targets than a call takes arguments', () => {
  const targets = Array.from({ length: 150_000 }, () => 'n1');
  const intent: JournalBody = { kind: 'intent', step: 'hold', op: 'apply', targets, via: 'ssh', wave: 1 };
  const tally = new Tally();
  tally.add(journal(intent)[0]!);
  expect(tally.take()).toMatchObject([{ text: 'sent: 1 node, n1' }]);
});

it('folds thousands of outcomes into a few lines and points', () => {
  const targets = Array.from({ length: 5000 }, (_, i) => `n${i}`);
  const plan = planOf(['shed', [step('hold', targets)]]);
  const at = '2026-11-20T10:00:00.000Z';
  const all: JournalBody[] = [
    { kind: 'plan', plan, operator: 'a', host: 'h', pid: 1 },
    { kind: 'intent', step: 'hold', op: 'apply', targets, via: 'ssh', wave: 1 },
    ...targets.map(
      (target): JournalBody => ({
        kind: 'outcome',
        step: 'hold',
        op: 'apply',
        outcome: outcome(target, 'ok', { result: { fireaxe: 1, op: 'apply', state: 'changed' } }),
      }),
    ),
  ];
  const huge = incidentOf(found(all.map((body, seq) => ({ ...body, seq, at, prev: '' }))))!;
  expect(huge.counts.ok).toBe(targets.length);
  expect(huge.entries.length).toBeLessThan(10);
  expect(huge.parts[0]!.series[0]!.points.length).toBeLessThan(5);
});
