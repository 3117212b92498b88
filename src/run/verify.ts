import { timeoutsOf } from '../kit/timeouts.ts';
import { actionSteps, isNamed } from '../plan/steps.ts';
import type { ActionStep } from '../plan/types.ts';
import type { Outcome } from '../transport/types.ts';
import type { RunMemory } from './memory.ts';
import { openSession } from './session.ts';
import { cloudsBefore } from './step/reconcile.ts';
import { runOp } from './step/run-op.ts';
import type { JournalRecord, RunEnv } from './types.ts';
import { undoOf } from './undo/choice.ts';
import { paced, type UndoPace } from './undo/pace.ts';

/** `partly`: something of the change is there, and something is not. `unknown`: the node could not tell. */
export const HOLDS = ['holds', 'partly', 'gone', 'unknown', 'unreachable'] as const;
export type Holds = (typeof HOLDS)[number];

export interface VerifiedTarget {
  target: string;
  state: Holds;
  /** What the node said, or why it could not. */
  note?: string;
  code?: string;
  next?: string;
}

export interface VerifiedStep {
  step: string;
  title: string;
  targets: VerifiedTarget[];
  /** Targets that the run did not change, or that do not have the change any more by its journal. */
  notAsked: { target: string; why: string }[];
  /** The step leaves nothing that could be verified. */
  unverifiable?: true;
}

export interface VerifyScope {
  /** Steps of the run; all when absent. */
  steps?: string[];
  /** Nodes; all when absent. */
  targets?: string[];
  pace?: Pick<UndoPace, 'parallel' | 'timeoutMs' | 'via'>;
}

/** Asks each node whether the changes of a run still hold. It reads: nothing is changed or journaled, and no lease is taken. */
export async function verifyRun(
  run: { runId: string; dir: string; records: JournalRecord[] },
  memory: RunMemory,
  env: RunEnv,
  scope: VerifyScope = {},
): Promise<VerifiedStep[]> {
  const noJournal = { append: async () => {}, close: async () => {} };
  const session = openSession({ ...run, plan: memory.plan }, noJournal, env, run.records);
  const only = scope.targets && new Set(scope.targets);
  const verified: VerifiedStep[] = [];
  for (const step of actionSteps(memory.plan)) {
    if (env.stop.aborted) break;
    if (scope.steps && !isNamed(step.id, scope.steps)) continue;
    const inScope = step.targets.filter((t) => !only || only.has(t));
    if (inScope.length === 0) continue;
    const { id, title } = step;
    if (!leavesChange(memory, step)) {
      verified.push({ step: id, title, targets: [], notAsked: [], unverifiable: true });
      continue;
    }
    const whyNot = new Map(inScope.map((target) => [target, whyNotAsked(memory, step, target)]));
    const asked = inScope.filter((target) => whyNot.get(target) === undefined);
    const notAsked = inScope.flatMap((target) => {
      const why = whyNot.get(target);
      return why === undefined ? [] : [{ target, why }];
    });
    const bound = paced(memory.bound(step), scope.pace ?? {}, timeoutsOf(session.context.cluster));
    const { outcomes } = asked.length
      ? await runOp(session, bound, {
          op: 'verify',
          targets: asked,
          journaled: false,
          ...cloudsBefore(session, bound),
        })
      : { outcomes: [] };
    verified.push({ step: id, title, targets: outcomes.map(asVerified), notAsked });
  }
  return verified;
}

/** A command, a read or a deleted pod leaves nothing that a node could be asked for. */
function leavesChange(memory: RunMemory, step: ActionStep): boolean {
  const undo = undoOf(memory, step);
  return step.danger !== 'read' && undo !== undefined && undo.danger !== 'read';
}

/** Undefined where the run changed the target, or may have, and nothing since says that the change is gone. */
export function whyNotAsked(memory: RunMemory, step: ActionStep, target: string): string | undefined {
  const { undone, kept } = memory.step(step.id);
  if (undone.get(target) === true) return 'undone';
  if (kept.get(target) === false) return 'not kept';
  const outcome = memory.outcomeOf(step.id, target);
  const did = outcome?.result?.state;
  const changed = memory.didChange(step, target);
  if (!changed && (did === 'already' || did === 'refused')) return did;
  if (outcome?.state === 'failed') return 'failed';
  if (changed) return undefined;
  return outcome?.state ?? 'not-attempted';
}

/** Result codes that say that nothing of the change is left; every other failure of verify leaves a part of it. */
const GONE: ReadonlySet<string> = new Set(['gone', 'not-gone', 'fenced', 'not-so']);

function asVerified({ target, state, result, reason }: Outcome): VerifiedTarget {
  const code = result?.code ?? reason?.code;
  const armed = result?.data?.armed === 'yes' ? 'not kept; the node will revert it' : undefined;
  const notes = [result?.note ?? reason?.message, armed].filter((text) => text !== undefined);
  const note = notes.length > 0 ? notes.join('; ') : undefined;
  return {
    target,
    state: holdsBy({ state, result }),
    ...(note === undefined ? {} : { note }),
    ...(code === undefined ? {} : { code }),
    ...(reason?.next === undefined ? {} : { next: reason.next }),
  };
}

export function holdsBy({ state, result }: Pick<Outcome, 'state'> & { result: Outcome['result'] }): Holds {
  if (state === 'ok') return 'holds';
  if (state === 'unreachable') return 'unreachable';
  // Refused, as without its tool: the node cannot tell.
  if (state !== 'failed' || result?.state !== 'failed') return 'unknown';
  // Of processes the node counts those that it still holds.
  const none = result.code === 'not-held' && result.data?.held === '0';
  return none || GONE.has(result.code ?? '') ? 'gone' : 'partly';
}
