import { nodesText } from '../base/counts-line.ts';
import { FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { targetsOf } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';
import { ask, canAsk } from './ask.ts';
import { type Flags, planOnly } from './context.ts';
import { dangersOf } from './format/plan.ts';
import type { Change } from './format/undo-preview.ts';
import type { CliIo } from './types.ts';

/** Whether a plan may run: consent is given already, or a question must be answered. */
export type Consent =
  | { kind: 'given'; by: '--yes' | '--confirm' | 'nothing changes' | 'saved plan' }
  | { kind: 'ask'; question: string; answer?: string };

/** The reason of a change, which the journal keeps; only a dry run or a saved plan may go without. */
export function reasonOf(flags: Flags): string {
  const { reason } = furtherReasonOf(flags);
  if (reason) return reason;
  if (flags.dryRun === true || planOnly(flags)) return '';
  throw usage('missing --reason', {
    place: '--reason',
    next: 'add --reason "why", such as an incident number',
  });
}

/** The reason on one line, if one was given. */
export function furtherReasonOf(flags: Flags): { reason?: string } {
  const reason = flags.reason?.trim().replace(/\s+/g, ' ');
  return reason ? { reason } : {};
}

/** Decides before anything is sent whether to ask the operator; without a terminal the error names the flag. */
export function consentFor(plan: Plan, flags: Flags, io: CliIo, saved = false): Consent {
  const dangers = dangersOf(plan);
  const phrase = confirmPhrase(plan.cluster, targetsOf(plan).size);
  if (dangers.includes('severe')) return severeConsent({ phrase, what: 'This is severe' }, flags, io);
  // A --confirm that was given must match, even where --yes would do.
  if (flags.confirm !== undefined) return severeConsent({ phrase, what: '' }, flags, io);
  if (!dangers.includes('change')) return { kind: 'given', by: 'nothing changes' };
  if (flags.yes !== true && saved) return { kind: 'given', by: 'saved plan' };
  return plainConsent(`Change ${nodesText(targetsOf(plan).size)} of ${plan.cluster}?`, flags, io);
}

/** What `--confirm` must say. */
export const confirmPhrase = (cluster: string, nodes: number) => `${cluster} ${nodes}`;

/** The consent that an undo needs: it depends on what the undo does, not on what the run did. */
export function consentForUndo(
  undo: { runId: string; cluster: string; changes: Pick<Change, 'step' | 'title' | 'danger' | 'targets'>[] },
  flags: Flags,
  io: CliIo,
): Consent {
  const { changes, cluster, runId } = undo;
  const count = new Set(changes.flatMap((change) => change.targets)).size;
  const phrase = confirmPhrase(cluster, count);
  const severeChanges = changes.filter((c) => c.danger === 'severe');
  if (severeChanges.length > 0) {
    const others = changes.filter((c) => c.danger !== 'severe');
    const steps = others.map((change) => `--step ${quote(change.step)}`);
    const without = steps.length > 0 ? `fireaxe undo ${runId} ${steps.join(' ')} --yes` : undefined;
    const what = severeChanges.map(({ title }) => title).join('; ');
    return severeConsent({ phrase, what: `This is severe: ${what}`, consentTo: what, without }, flags, io);
  }
  if (flags.confirm !== undefined) return severeConsent({ phrase, what: '' }, flags, io);
  return plainConsent(`Undo it on ${nodesText(count)} of ${cluster}?`, flags, io);
}

export function plainConsent(question: string, flags: Flags, io: CliIo): Consent {
  if (flags.yes === true) return { kind: 'given', by: '--yes' };
  if (!canAsk(io, flags)) {
    const why = flags.input === false ? 'prompts are off' : 'there is no terminal';
    throw new FireaxeError('declined', `confirmation needed, but ${why}`, {
      place: '--yes',
      next: 'add --yes, or review it first with --dry-run',
    });
  }
  return { kind: 'ask', question: `${question} [y/N] ` };
}

export interface Severe {
  phrase: string;
  /** The beginning of the question. */
  what: string;
  /** What is severe about it, for the error without a terminal. */
  consentTo?: string;
  /** The command that leaves out the severe part. */
  without?: string | undefined;
}

export function severeConsent(
  { phrase, what, consentTo, without }: Severe,
  flags: Flags,
  io: CliIo,
): Consent {
  const typed = flags.confirm;
  if (typed !== undefined) {
    if (typed.trim().replace(/\s+/g, ' ') === phrase) return { kind: 'given', by: '--confirm' };
    throw new FireaxeError('declined', '--confirm does not match this plan', {
      place: '--confirm',
      expected: `--confirm "${phrase}"`,
      next: 'review the plan with --dry-run first',
    });
  }
  if (!canAsk(io, flags)) {
    throw new FireaxeError('declined', 'a severe change needs its own confirmation; --yes is not enough', {
      place: '--confirm',
      ...(consentTo && { expected: `consent to: ${consentTo}` }),
      next: `review it with --dry-run, then add --confirm "${phrase}"${without ? `; or only the rest: ${without}` : ''}`,
    });
  }
  return { kind: 'ask', question: `${what}. Type "${phrase}" to continue: `, answer: phrase };
}

/** Asks the question; any other answer declines. */
export async function obtain(consent: Consent, io: CliIo): Promise<void> {
  if (consent.kind === 'given') return;
  const reply = (await ask(io, consent.question)).trim();
  const agreed = consent.answer ? reply === consent.answer : /^y(es)?$/i.test(reply);
  if (!agreed) throw new FireaxeError('declined', 'declined: nothing was changed');
}
