import type { Plan, Step } from '../plan/types.ts';
import type { JournalRecord } from '../run/types.ts';

/** A stretch of time in which a step was at work; `to` is missing where its end is not in the journal. */
export interface Stretch {
  step: string;
  title: string;
  kind: Step['kind'];
  from: number;
  to?: number;
  state: string;
}

/** A workstream over time. What the operator undid later is a lane of its own. */
export interface Lane {
  name: string;
  title: string;
  state: string;
  why?: string;
  stretches: Stretch[];
}

const UNDO = 'undo';

/** When each step of each workstream was at work, by the journal. A resumed step has a stretch for each time. */
export function lanesOf(records: readonly JournalRecord[], plan: Plan): Lane[] {
  const lanes = new Map<string, Lane>(
    plan.workstreams.map(({ name, title }) => [name, { name, title, state: 'waiting', stretches: [] }]),
  );
  const steps = new Map(plan.workstreams.flatMap((w) => w.steps.map((step) => [step.id, step])));
  const undo: Lane = { name: UNDO, title: 'Undone by the operator', state: 'done', stretches: [] };
  let undoing = false;
  for (const record of records) {
    const at = Date.parse(record.at);
    if (record.kind === 'operator') {
      undoing = record.what === 'undo';
      // What was at work when the process ended goes on in a stretch of its own.
      if (record.what === 'resume') for (const lane of lanes.values()) cutOff(lane, at);
    } else if (record.kind === 'workstream') {
      const lane = lanes.get(record.workstream);
      if (!lane) continue;
      lane.state = record.state;
      delete lane.why;
      if (record.why) lane.why = record.why;
    } else if (record.kind === 'step') {
      learn(lanes.get(record.workstream), steps.get(record.step), record.state, at);
    } else if (record.kind === 'undone' && undoing) learnUndone(undo, steps.get(record.step), record.ok, at);
  }
  return [...lanes.values(), ...(undo.stretches.length > 0 ? [undo] : [])];
}

function learn(lane: Lane | undefined, step: Step | undefined, state: string, at: number): void {
  if (!lane || !step) return;
  const last = lane.stretches.findLast((stretch) => stretch.step === step.id);
  if (state === 'running' || !last || last.to !== undefined) {
    const { id, title, kind } = step;
    const ended = state === 'running' ? {} : { to: at };
    lane.stretches.push({ step: id, title, kind, from: at, state, ...ended });
  } else Object.assign(last, { to: at, state });
}

function learnUndone(lane: Lane, step: Step | undefined, ok: boolean, at: number): void {
  if (!step) return;
  const last = lane.stretches.at(-1);
  const state = ok ? 'done' : 'failed';
  if (!ok) lane.state = 'failed';
  if (last?.step !== step.id)
    lane.stretches.push({
      step: step.id,
      title: `undo of: ${step.title}`,
      kind: 'undo',
      from: at,
      to: at,
      state,
    });
  else Object.assign(last, { to: at, state: last.state === 'failed' ? 'failed' : state });
}

function cutOff(lane: Lane, at: number): void {
  for (const stretch of lane.stretches)
    if (stretch.to === undefined) Object.assign(stretch, { to: at, state: 'stopped' });
}
