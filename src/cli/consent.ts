import { nodesText } from '../base/counts-line.ts';
import { FireaxeError, usage } from '../base/errors.ts';
import type { Plan } from '../run/types.ts';
import { ask, canAsk } from './ask.ts';
import { type Flags, planOnly, text } from './context.ts';
import { actionSteps, countTargets } from './plan-view.ts';
import type { CliIo } from './types.ts';

/** What it takes to go on with a plan. */
export type Consent =
  | { kind: 'given'; by: '--yes' | '--confirm' | 'nothing changes' | 'saved plan' }
  | { kind: 'ask'; question: string; answer?: string };

/** Every change needs a reason, kept in the journal. */
export function reasonOf(flags: Flags): string {
  const { reason } = furtherReasonOf(flags);
  if (reason) return reason;
  if (flags.dryRun === true || planOnly(flags)) return '';
  throw usage('a change needs a reason', {
    place: '--reason',
    next: 'add --reason "why", such as an incident number',
  });
}

/** The reason if one was given, on one line. */
export function furtherReasonOf(flags: Flags): { reason?: string } {
  const reason = text(flags, 'reason')?.trim().replace(/\s+/g, ' ');
  return reason ? { reason } : {};
}

/** Decides before anything is sent whether a person must be asked; where nobody can be, names the flag. */
export function consentFor(plan: Plan, flags: Flags, io: CliIo, saved = false): Consent {
  const dangers = actionSteps(plan).map((step) => step.danger);
  if (dangers.includes('severe')) return severe(plan, flags, io);
  // Whoever says how many nodes is taken at the word, also where --yes would do.
  if (text(flags, 'confirm') !== undefined) return severe(plan, flags, io);
  if (!dangers.includes('change')) return { kind: 'given', by: 'nothing changes' };
  if (flags.yes === true) return { kind: 'given', by: '--yes' };
  if (saved) return { kind: 'given', by: 'saved plan' };
  if (!canAsk(io, flags)) {
    throw new FireaxeError('declined', 'nobody can be asked whether to go on', {
      place: flags.input === false ? '--no-input' : 'no terminal',
      next: 'add --yes, or look first with --dry-run',
    });
  }
  return { kind: 'ask', question: `Change ${nodesText(countTargets(plan))} of ${plan.cluster}? [y/N] ` };
}

function severe(plan: Plan, flags: Flags, io: CliIo): Consent {
  const phrase = `${plan.cluster} ${countTargets(plan)}`;
  const typed = text(flags, 'confirm');
  if (typed !== undefined) {
    if (typed.trim().replace(/\s+/g, ' ') === phrase) return { kind: 'given', by: '--confirm' };
    throw new FireaxeError('declined', 'the confirmation is not of this plan', {
      place: '--confirm',
      expected: `--confirm "${phrase}"`,
      next: 'look at the plan with --dry-run first',
    });
  }
  if (!canAsk(io, flags)) {
    throw new FireaxeError('declined', 'a severe change needs its own confirmation; --yes is not enough', {
      place: '--confirm',
      next: `look with --dry-run, then add --confirm "${phrase}"`,
    });
  }
  return { kind: 'ask', question: `This is severe. Type "${phrase}" to go on: `, answer: phrase };
}

/** Asks; anything but the answer declines. */
export async function obtain(consent: Consent, io: CliIo): Promise<void> {
  if (consent.kind === 'given') return;
  const reply = (await ask(io, consent.question)).trim();
  const agreed = consent.answer ? reply === consent.answer : /^y(es)?$/i.test(reply);
  if (!agreed) throw new FireaxeError('declined', 'declined: nothing was changed');
}
