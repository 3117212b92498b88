import { FireaxeError } from '../base/errors.ts';
import { countOutcomes } from '../fanout/counts.ts';
import type { Counts } from '../fanout/types.ts';
import type { BeforeState } from '../node/types.ts';
import { type BoundStep, bindStep, watchedBy } from '../plan/bound.ts';
import type { ActionStep, Plan } from '../plan/types.ts';
import { neverRan } from '../transport/outcome.ts';
import type { Outcome, OutcomeState } from '../transport/types.ts';
import { changedNothing, newStepMemory, type StepMemory } from './step-memory.ts';
import type { JournalBody, JournalRecord, RunVerdict } from './types.ts';

type WorkstreamMemory = RunVerdict['workstreams'][number];

/** The one reading of a journal: what the engine, resume, undo, verify and the reports know of a run. */
export class RunMemory {
  readonly plan: Plan;
  readonly workstreams: Map<string, WorkstreamMemory>;
  /** Why a guard stopped the run, if one did. */
  guard: string | undefined;
  /** How the run ended last; undefined while it runs, or where it was cut off. */
  verdict: RunVerdict | undefined;
  /** The operator began to undo the run. An undo step of its playbook does not count. */
  undoBegun = false;
  /** Some target was asked to undo since then. */
  undone = false;
  readonly #steps = new Map<string, StepMemory>();
  readonly #bound = new Map<string, BoundStep | undefined>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.workstreams = new Map(plan.workstreams.map((w) => [w.name, { name: w.name, state: 'waiting' }]));
  }

  /** Undefined where the records do not begin with a plan: nothing was launched. */
  static of(records: readonly JournalRecord[]): RunMemory | undefined {
    const first = records[0];
    if (first?.kind !== 'plan') return undefined;
    const memory = new RunMemory(first.plan);
    for (const record of records) memory.learn(record, record.at);
    return memory;
  }

  step(id: string): StepMemory {
    const memory = this.#steps.get(id) ?? newStepMemory();
    this.#steps.set(id, memory);
    return memory;
  }

  /** The step with its action and its parsed parameters. Throws stale where this Fireaxe cannot read it. */
  bound(step: ActionStep): BoundStep {
    const bound = this.boundIfKnown(step);
    if (bound) return bound;
    throw new FireaxeError('stale', `step ${step.id}: unknown action or parameters of ${step.action}`, {
      place: step.id,
      expected: `the Fireaxe that the plan was made with (${this.plan.version})`,
    });
  }

  boundIfKnown(step: ActionStep): BoundStep | undefined {
    if (!this.#bound.has(step.id)) this.#bound.set(step.id, bindStep(step));
    return this.#bound.get(step.id);
  }

  /** Takes in one journal record. */
  learn(body: JournalBody, at: string): void {
    switch (body.kind) {
      case 'workstream':
        this.#learnWorkstream(body, at);
        return;
      case 'step':
        this.step(body.step).state = body.state;
        return;
      case 'intent':
        this.#learnIntent(body, at);
        return;
      case 'saved':
        for (const target of body.targets) this.step(body.step).saved.set(target, body.sha256);
        return;
      case 'before':
        this.#learnBefore(body.step, body.target, body.before);
        this.step(body.step).begun.add(body.target);
        return;
      case 'outcome':
        if (body.op === 'apply') this.#learnOutcome(body.step, body.outcome);
        return;
      case 'kept':
        this.step(body.step).kept.set(body.target, body.ok);
        return;
      case 'undone':
        this.undone ||= this.undoBegun;
        this.step(body.step).undone.set(body.target, body.ok);
        return;
      case 'operator':
        this.undoBegun ||= body.what === 'undo';
        return;
      case 'end':
        this.verdict = body.verdict;
        return;
    }
  }

  /** The outcome of a target, with that of its keep: a change that was not kept failed, because its node reverts it. */
  outcomeOf(step: string, target: string): Outcome | undefined {
    const memory = this.step(step);
    const outcome = memory.outcomes.get(target);
    if (outcome?.state !== 'ok' || memory.kept.get(target) !== false) return outcome;
    const reason = { code: 'not-kept', message: 'not kept; the node will revert it' } as const;
    return { ...outcome, state: 'failed', reason };
  }

  /** Totals of one step; they add up to its targets. What may have left and told nothing is `unknown`. */
  countsOf(step: ActionStep): Counts {
    const counts = countOutcomes(step.targets.flatMap((t) => this.outcomeOf(step.id, t) ?? []));
    for (const target of step.targets)
      if (!this.outcomeOf(step.id, target)) counts[this.stateOf(step, target)]++;
    return counts;
  }

  stateOf({ id }: ActionStep, target: string): OutcomeState {
    const outcome = this.outcomeOf(id, target);
    return outcome?.state ?? (this.step(id).intents.has(target) ? 'unknown' : 'not-attempted');
  }

  /** Targets on which a step changed something, or may have, that was not undone: what is left to undo. */
  changed(step: ActionStep): string[] {
    const { undone } = this.step(step.id);
    return step.targets.filter((target) => this.didChange(step, target) && undone.get(target) !== true);
  }

  /** Of those, without what its node reverts by itself: what stays in force. */
  inForce(step: ActionStep): string[] {
    const { kept } = this.step(step.id);
    return this.changed(step).filter((target) => kept.get(target) !== false);
  }

  /**
   * Whether a step changed a target, or may have: also where that was undone since. In the cloud an attempt that was
   * killed half way has no receipt of its own: that a later one refused does not mean that nothing was changed.
   */
  didChange(step: ActionStep, target: string): boolean {
    const { intents, outcomes, begun } = this.step(step.id);
    const outcome = outcomes.get(target);
    return intents.has(target) && (begun.has(target) || !(outcome && changedNothing(outcome)));
  }

  /** Whether a target was asked to undo and did not confirm it: the undo was cut off, or failed there. */
  get undoPending(): boolean {
    return [...this.#steps.values()].some(({ undoSent, undone }) =>
      [...undoSent, ...undone.keys()].some((target) => undone.get(target) !== true),
    );
  }

  /** The command that alone watches the run: it is not resumed. */
  get watchedBy(): string | undefined {
    return watchedBy(this.plan);
  }

  #learnWorkstream(body: Extract<JournalBody, { kind: 'workstream' }>, at: string): void {
    const known = this.workstreams.get(body.workstream);
    // A journal may have been edited: a workstream that is not in the plan is passed over.
    if (!known) return;
    known.state = body.state;
    if (body.state === 'running') known.startedAt ??= at;
    else if (body.state !== 'waiting' && known.startedAt) known.endedAt = at;
    if (body.why) known.why = body.why;
    else delete known.why;
  }

  #learnIntent({ step, op, targets, up }: Extract<JournalBody, { kind: 'intent' }>, at: string): void {
    const memory = this.step(step);
    if (op === 'undo') for (const target of targets) memory.undoSent.add(target);
    if (op !== 'apply') return;
    for (const target of targets) {
      memory.intents.add(target);
      memory.launches.set(target, (memory.launches.get(target) ?? 0) + 1);
      // It may leave now: that it never ran before no longer counts.
      const known = memory.outcomes.get(target);
      if (known && neverRan(known)) memory.outcomes.delete(target);
      memory.sent.set(target, { at: Date.parse(at), ...(typeof up === 'number' && { up }) });
    }
  }

  /** The first state counts: a resumed change finds its own traces. */
  #learnBefore(step: string, target: string, before: BeforeState): void {
    const known = this.step(step).before;
    if (!known.has(target)) known.set(target, before);
  }

  #learnOutcome(step: string, outcome: Outcome): void {
    const memory = this.step(step);
    memory.outcomes.set(outcome.target, outcome);
    if (outcome.boot) memory.boots.set(outcome.target, outcome.boot);
    if (outcome.result?.before) this.#learnBefore(step, outcome.target, outcome.result.before);
  }
}
