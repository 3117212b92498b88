import { foldLine } from '../base/fold-names.ts';
import { quote } from '../base/quote.ts';
import type { Plan } from '../plan/types.ts';
import type { RunVerdict } from '../run/types.ts';
import type { Outcome } from '../transport/types.ts';
import type { Flags } from './context.ts';

/** Verbs whose targets are the selected nodes: `--nodes` narrows the same command. */
const BY_NODES = ['exec', 'stop', 'pause', 'start', 'fence', 'cordon', 'dns', 'scale'];

/** Flags that select nodes or consent to a number of them; each takes a value. */
const SELECTS = /^(-l|--selector|--nodes|--limit|--canary|--confirm)(=.*)?$/;

/**
 * The same command for the nodes that are not ok, if the run has one step and nothing to resume. With two steps it
 * would miss the nodes that the second one never reached. A severe change asks for its consent again.
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
  // A script from standard input cannot be read again.
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
    // `-l role=worker` and `--nodes X` take the next word as their value, `--nodes=X` does not.
    if (found) i += found[2] === undefined ? 1 : 0;
    else if (!/^-l./.test(words[i]!)) kept.push(words[i]!);
  }
  return kept;
}
