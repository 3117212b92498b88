import { countOutcomes } from '../fanout/counts.ts';
import type { Counts } from '../fanout/types.ts';
import type { BeforeState } from '../node/types.ts';
import type { ActionStep, Plan } from '../plan/types.ts';
import { neverRan } from '../transport/outcome.ts';
import type { Outcome } from '../transport/types.ts';
import type { JournalBody, RunVerdict, StepState } from './types.ts';

/** What a run knows of one step: only what its journal says. */
export interface StepMemory {
  state?: StepState;
  /** Targets whose apply was about to leave. */
  intents: Set<string>;
  /** The last word on apply of each target. */
  outcomes: Map<string, Outcome>;
  before: Map<string, BeforeState>;
  /** SHA-256 of what was saved of each target before apply. */
  saved: Map<string, string>;
  /** When apply was sent to each target for the last time. */
  sent: Map<string, Sent>;
  /** The boot in which apply began, where that was heard. */
  boots: Map<string, string>;
  /** Armed changes: true when kept, false when keeping failed. */
  kept: Map<string, boolean>;
  undone: Map<string, boolean>;
}

export interface Sent {
  /** Milliseconds since 1970 by this machine's clock. */
  at: number;
  /** Seconds since the boot of the machine that sent it. */
  up?: number;
}

type WorkstreamMemory = RunVerdict['workstreams'][number];

/** A run as its journal tells it: the only state that resume, undo and the engine share. */
export class RunMemory {
  readonly plan: Plan;
  readonly workstreams: Map<string, WorkstreamMemory>;
  readonly #steps = new Map<string, StepMemory>();
  /** Why a guard stopped it, if one did. */
  guard: string | undefined;

  constructor(plan: Plan) {
    this.plan = plan;
    this.workstreams = new Map(plan.workstreams.map((w) => [w.name, { name: w.name, state: 'waiting' }]));
  }

  step(id: string): StepMemory {
    let memory = this.#steps.get(id);
    if (!memory) {
      memory = {
        intents: new Set(),
        outcomes: new Map(),
        before: new Map(),
        saved: new Map(),
        sent: new Map(),
        boots: new Map(),
        kept: new Map(),
        undone: new Map(),
      };
      this.#steps.set(id, memory);
    }
    return memory;
  }

  /** Takes one journaled record in. */
  learn(body: JournalBody, at: string): void {
    switch (body.kind) {
      case 'workstream':
        this.#learnWorkstream(body, at);
        return;
      case 'step':
        this.step(body.step).state = body.state;
        return;
      case 'intent':
        if (body.op === 'apply') this.#learnIntent(body, at);
        return;
      case 'saved':
        for (const target of body.targets) this.step(body.step).saved.set(target, body.sha256);
        return;
      case 'before':
        this.#learnBefore(body.step, body.target, body.before);
        return;
      case 'outcome':
        if (body.op === 'apply') this.#learnOutcome(body.step, body.outcome);
        return;
      case 'kept':
        this.step(body.step).kept.set(body.target, body.ok);
        return;
      case 'undone':
        this.step(body.step).undone.set(body.target, body.ok);
        return;
    }
  }

  /** A target's outcome, seen with its keeping: an armed change that was not kept goes away by itself. */
  outcomeOf(step: string, target: string): Outcome | undefined {
    const memory = this.step(step);
    const outcome = memory.outcomes.get(target);
    if (outcome?.state !== 'ok' || memory.kept.get(target) !== false) return outcome;
    const reason = {
      code: 'not-kept' as const,
      message: 'done, but not kept: the node takes it back by itself',
    };
    return { ...outcome, state: 'failed', reason };
  }

  /** Totals of one step; they add up to its targets. */
  countsOf(step: ActionStep): Counts {
    const counts = countOutcomes(step.targets.flatMap((t) => this.outcomeOf(step.id, t) ?? []));
    const seen = Object.values(counts).reduce((a, b) => a + b, 0);
    counts['not-attempted'] += step.targets.length - seen;
    return counts;
  }

  #learnWorkstream(body: Extract<JournalBody, { kind: 'workstream' }>, at: string): void {
    const known = this.workstreams.get(body.workstream);
    // Not of this plan: a journal is not believed to be as it was.
    if (!known) return;
    known.state = body.state;
    if (body.state === 'running') known.startedAt ??= at;
    else if (body.state !== 'waiting' && known.startedAt) known.endedAt = at;
    if (body.why) known.why = body.why;
    else delete known.why;
  }

  #learnIntent({ step, targets, up }: Extract<JournalBody, { kind: 'intent' }>, at: string): void {
    const memory = this.step(step);
    for (const target of targets) {
      memory.intents.add(target);
      // It may leave now: that nothing of it ran before says nothing any more.
      const known = memory.outcomes.get(target);
      if (known && neverRan(known)) memory.outcomes.delete(target);
      memory.sent.set(target, { at: Date.parse(at), ...(typeof up === 'number' && { up }) });
    }
  }

  /** The first word stands: a half-done change that is gone on with finds its own traces. */
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
