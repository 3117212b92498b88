import { FireaxeError } from '../../../base/errors.ts';
import { CHANGE_MS } from '../../certificates.ts';
import { confirmPhrase, obtain, severeConsent } from '../../consent.ts';
import { type CliContext, openContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { planLines } from '../../format/plan.ts';
import { look } from '../../look-at-plan.ts';
import { openKeys, transportsOf } from '../../passphrases.ts';
import type { CliIo } from '../../types.ts';
import { usesCloud } from '../../uses-cloud.ts';
import type { DrillFlags } from '../options.ts';
import { type GameDay, planGameDay } from './plans.ts';
import { playGameDay } from './play.ts';

/** `fireaxe drill --on CLUSTER`: floods a real control plane within ceilings, recovers it, and prints the score. */
export async function gameDay(name: string, flags: DrillFlags, io: CliIo): Promise<number> {
  const context = await openContext({ ...flags, cluster: [name] }, io);
  const day = await planGameDay(flags, context);
  const dry = flags.dryRun === true;
  const phrase = confirmPhrase(day.cluster.name, day.nodes);
  const consent = dry ? undefined : severeConsent({ phrase, what: WHAT }, flags, io);
  for (const plan of [day.flood, day.recovery])
    await openKeys(context, plan.cluster, transportsOf(plan), usesCloud(plan), CHANGE_MS);
  const { sink } = context;
  for (const line of gameLines(day)) (dry ? sink.text : sink.note)(line);
  const steps = await lookAt(day, context, dry ? sink.text : sink.note);
  if (consent) {
    await obtain(consent, io);
    return playGameDay(day, context);
  }
  sink.text(`dry run: nothing was changed; it takes --confirm "${phrase}"`);
  sink.json({ dryRun: true, flood: day.flood, recovery: day.recovery, check: steps });
  return steps.every(({ state }) => state === 'ok') ? EXIT.done : EXIT.targets;
}

const WHAT = 'This floods the API servers of a real cluster, and then carries out a playbook on it';

/** Both plans, and what ends the drill. */
function gameLines({ flood, recovery, leadMs, maxErrors }: GameDay): string[] {
  return [
    ...planLines(flood),
    `${leadMs / 1000}s later, unless more than ${maxErrors}% of what users ask fails:`,
    ...planLines(recovery),
  ];
}

/** What the nodes say of the flood: those that would refuse it. The playbook finds nothing to hold yet. */
async function lookAt({ flood }: GameDay, context: CliContext, say: (line: string) => void) {
  const { steps, lines } = await look(flood, context);
  for (const line of lines) say(line);
  const outcomes = steps.flatMap((step) => step.outcomes);
  if (context.io.stop.aborted) throw new FireaxeError('interrupted', 'interrupted: nothing was changed');
  return outcomes.map(({ target, state, result, reason }) => ({
    target,
    state,
    note: result?.note ?? reason?.message ?? null,
  }));
}
