import { nodesText } from '../../base/counts-line.ts';
import { unverified } from '../../plan/rollout/types.ts';
import { type Consent, plainConsent, severeConsent } from '../consent.ts';
import type { Flags } from '../context.ts';
import { dangersOf } from '../format/plan.ts';
import { clustersText } from '../format/rollout.ts';
import type { CliIo } from '../types.ts';
import { nodesOf, type Rollout } from './make.ts';

/** What `--confirm` must say of a whole rollout: `12 clusters 36`. */
export const rolloutPhrase = (clusters: number, nodes: number) => `${clustersText(clusters)} ${nodes}`;

/** Whether a rollout may run; one that changes several clusters at once, without a canary, is severe. */
export function consentForRollout(
  { rollout, plans }: Rollout,
  flags: Flags,
  io: CliIo,
  saved = false,
): Consent {
  const { clusters } = rollout;
  const phrase = rolloutPhrase(clusters.length, nodesOf(rollout));
  const dangers = new Set([...plans.values()].flatMap(dangersOf));
  const changes = dangers.has('change') || dangers.has('severe');
  const atOnce = changes ? unverified(rollout) : 0;
  if (dangers.has('severe') || atOnce > 0) {
    const what = atOnce > 0 ? `This reaches ${clustersText(atOnce)} at once` : 'This is severe';
    const consentTo = `${clustersText(atOnce)} at once, without a canary`;
    return severeConsent({ phrase, what, ...(atOnce > 0 && { consentTo }) }, flags, io);
  }
  if (flags.confirm !== undefined) return severeConsent({ phrase, what: '' }, flags, io);
  if (!changes) return { kind: 'given', by: 'nothing changes' };
  if (flags.yes !== true && saved) return { kind: 'given', by: 'saved plan' };
  return plainConsent(
    `Change ${nodesText(nodesOf(rollout))} of ${clustersText(clusters.length)}?`,
    flags,
    io,
  );
}
