import { foldLine } from '../base/fold-names.ts';
import { quote } from '../base/quote.ts';
import type { Plan } from '../plan/types.ts';
import type { RunVerdict } from '../run/types.ts';
import type { Outcome } from '../transport/types.ts';
import type { Flags } from './context.ts';

/** Whose targets are what `--nodes` names, so that the same words mean less with fewer nodes. */
const BY_NODES = ['exec', 'stop', 'pause', 'fence', 'cordon', 'scale'];

/** What says which nodes, and consent to as many: with its value. */
const SELECTS = /^(-l|--selector|--nodes|--limit|--canary|--confirm)(=.*)?$/;

/**
 * The same command on the nodes that did not end ok, where a run of one verb has nothing to resume; else nothing. Where another
 * step came before, those that had no turn in the second one would be missing. It asks
 * anew for what needs its own consent.
 */
export function retryOf(
  flags: Flags,
  verdict: RunVerdict,
  plan: Plan | undefined,
  outcomes: Outcome[],
): string | undefined {
  const { typed } = flags;
  const left = outcomes.filter((outcome) => outcome.state !== 'ok').map((outcome) => outcome.target);
  const steps = plan?.workstreams.flatMap((stream) => stream.steps) ?? [];
  if (
    !typed ||
    !plan ||
    plan.playbook ||
    steps.length !== 1 ||
    !BY_NODES.includes(typed.verb) ||
    left.length === 0
  )
    return undefined;
  if (['done', 'interrupted'].includes(verdict.state) || !verdict.next?.startsWith('fireaxe timeline '))
    return undefined;
  // What came on standard input is not there a second time.
  if (flags.script === '-') return undefined;
  const end = typed.argv.includes('--') ? typed.argv.indexOf('--') : typed.argv.length;
  const own = unselected(typed.argv.slice(0, end));
  const words = [...own, '--nodes', foldLine(left, Number.POSITIVE_INFINITY), ...typed.argv.slice(end)];
  return ['fireaxe', typed.verb, ...words.map(quote)].join(' ');
}

function unselected(words: string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const found = SELECTS.exec(words[i]!);
    // `-l role=worker` and `--nodes X` have their value behind them, `--nodes=X` has it inside.
    if (found) i += found[2] === undefined ? 1 : 0;
    else if (!/^-l./.test(words[i]!)) kept.push(words[i]!);
  }
  return kept;
}
