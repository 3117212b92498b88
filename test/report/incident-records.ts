import type { JournalBody, JournalRecord, RunVerdict } from '../../src/run/types.ts';
import { counts, journal, outcome, planOf, step } from './records.ts';

export const RUN = '20261120T100000.000Z-shed-load-1a2b';

const workers = ['w1', 'w2', 'w3'];
const changed = (target: string) =>
  outcome(target, 'ok', { result: { fireaxe: 1, op: 'apply', state: 'changed' } });
const applied = (id: string, targets: string[]): JournalBody[] => [
  { kind: 'intent', step: id, op: 'apply', targets, via: 'ssh', wave: 1 },
];
const ok = (id: string, target: string): JournalBody => ({
  kind: 'outcome',
  step: id,
  op: 'apply',
  outcome: changed(target),
});

/** What may stand in a text that comes from a node, a file or an operator. */
export interface Texts {
  /** The names of two workers. */
  node: string;
  reason: string;
  title: string;
  said: string;
}
const PLAIN: Texts = { node: 'w3', reason: 'INC-42', title: 'Shed load', said: 'no route to host' };

/** A run over two workstreams with a gate, a failure, a change that was undone, and one that stands. */
export function bodies({ node, reason, title, said }: Texts = PLAIN): JournalBody[] {
  const held = [workers[0]!, workers[1]!, node];
  const shed = planOf(
    ['shed', [step('hold', held, { params: { process: 'telemetryd' }, title: `hold ${title}` })]],
    [
      'fence',
      [
        step('fence', ['cp-1'], { action: 'fence', params: { timer: '3m' }, danger: 'severe' }),
        step('readmit', ['cp-1'], { action: 'readmit', params: { clients: '10.0.0.1,10.0.0.2' } }),
      ],
    ],
  );
  const plan = { ...shed, reason, title };
  const verdict: RunVerdict = {
    runId: RUN,
    state: 'partial',
    counts: counts({ ok: 4, unreachable: 1 }),
    planned: 5,
    startedAt: '2026-11-20T10:00:00.000Z',
    endedAt: '2026-11-20T10:00:20.000Z',
    workstreams: [],
    next: `fireaxe resume ${RUN}`,
  };
  return [
    { kind: 'plan', plan, operator: 'alice@bastion', host: 'bastion', pid: 1 },
    { kind: 'workstream', workstream: 'shed', state: 'running' },
    { kind: 'step', workstream: 'shed', step: 'hold', state: 'running' },
    ...applied('hold', held),
    ok('hold', 'w1'),
    ok('hold', 'w2'),
    {
      kind: 'outcome',
      step: 'hold',
      op: 'apply',
      outcome: outcome(node, 'unreachable', { reason: { code: 'refused', message: said } }),
    },
    {
      kind: 'step',
      workstream: 'shed',
      step: 'hold',
      state: 'partial',
      counts: counts({ ok: 2, unreachable: 1 }),
    },
    { kind: 'workstream', workstream: 'shed', state: 'partial', why: said },
    { kind: 'step', workstream: 'fence', step: 'fence', state: 'running' },
    ...applied('fence', ['cp-1']),
    ok('fence', 'cp-1'),
    { kind: 'kept', step: 'fence', target: 'cp-1', ok: true },
    { kind: 'step', workstream: 'fence', step: 'fence', state: 'done', counts: counts({ ok: 1 }) },
    { kind: 'reading', step: 'readmit', answering: 0, of: 3, unreached: 3 },
    {
      kind: 'reading',
      step: 'readmit',
      answering: 2,
      of: 3,
      errorPercent: 66.7,
      inflight: 412,
      connections: 90,
    },
    ...applied('readmit', ['cp-1']),
    ok('readmit', 'cp-1'),
    { kind: 'reading', step: 'readmit', answering: 3, of: 3, errorPercent: 0, inflight: 8, connections: 92 },
    { kind: 'gate', step: 'readmit', state: 'open', reading: said },
    { kind: 'note', text: said },
    { kind: 'end', verdict },
    { kind: 'operator', what: 'undo', operator: 'bob@laptop' },
    { kind: 'undone', step: 'fence', target: 'cp-1', ok: true },
  ];
}

/** The same as records a second apart; the undo came an hour later. */
export function records(texts?: Texts): JournalRecord[] {
  const all = journal(...bodies(texts));
  const later = all.findIndex(({ kind }) => kind === 'operator');
  return all.map((record, i) =>
    i < later ? record : { ...record, at: new Date(Date.parse(record.at) + 3_600_000).toISOString() },
  );
}
