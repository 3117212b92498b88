import { foldLine } from '../base/fold-names.ts';
import type { TransportName } from '../fleet/transports.ts';
import { REASONS } from '../transport/codes/reasons.ts';
import { RESULTS } from '../transport/codes/results.ts';
import type { Outcome, OutcomeReason } from '../transport/types.ts';
import type { Judged } from './types.ts';

/** Of one machine that is down or full: where others answer, the path is open. */
const OF_A_NODE = new Set<string>([
  ...['connect-timeout', 'refused', 'no-route', 'dropped', 'penalty', 'flood', 'local-limit'],
  ...['no-agent', 'not-delivered', 'undeliverable', 'delivery-timed-out', 'throttled', 'bastion-full'],
]);

/** What the no-op on a sample of nodes says of one transport: one finding for each reason, or one that all is well. */
export function judgeAccess(via: TransportName, outcomes: readonly Outcome[]): Judged[] {
  const good = outcomes.filter(({ state }) => state === 'ok');
  if (good.length === outcomes.length)
    return [{ state: 'green', what: `${via}: ${foldLine(good.map(({ target }) => target))} let us in` }];
  const groups = new Map<string, { code: string; reason: OutcomeReason | undefined; nodes: string[] }>();
  for (const outcome of outcomes) {
    if (outcome.state === 'ok') continue;
    const code = outcome.reason?.code ?? outcome.result?.code ?? outcome.state;
    const group = groups.get(code) ?? { code, reason: reasonOf(outcome), nodes: [] };
    group.nodes.push(outcome.target);
    groups.set(code, group);
  }
  return [...groups.values()].map(({ code, reason, nodes }) => {
    const one = OF_A_NODE.has(code) && good.length > 0;
    const next = reason?.next ?? nextOf(code);
    return {
      state: one ? 'amber' : 'red',
      what: `${via}: ${foldLine(nodes)} (${nodes.length} of ${outcomes.length} asked): ${reason?.message ?? code}`,
      next,
    };
  });
}

/** The usual next step of a reason; nothing of a reading is to be resumed. */
function nextOf(code: string): string {
  const { next = 'resume' } = ({ ...REASONS, ...RESULTS } as Record<string, { next: string }>)[code] ?? {};
  return /resume|timeline/.test(next) ? 'fireaxe doctor --verbose' : next.replaceAll('`', '');
}

/** A script that ran and refused has its own words. */
function reasonOf({ reason, result }: Outcome): OutcomeReason | undefined {
  if (reason || !result?.note) return reason;
  return { code: 'internal', message: result.note, ...(result.code === 'not-root' && { next: NOT_ROOT }) };
}

const NOT_ROOT = 'set ssh.user: root or ssh.sudo: true in kit.yaml, and a sudo rule with NOPASSWD';
