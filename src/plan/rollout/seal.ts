import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { VERSION } from '../../base/version.ts';
import { ROLLOUT_SCHEMA, type RolloutPlan } from './types.ts';

/** SHA-256 over everything in a rollout except the hash itself; the plans of its clusters are in it by their hashes. */
export function rolloutHash(rollout: Omit<RolloutPlan, 'hash'>): string {
  const { hash: _, ...rest } = rollout as RolloutPlan;
  return sha256(canonicalJson(rest));
}

/** Completes a rollout: version, time, and the hash over all of it. */
export function sealRollout(
  content: Omit<RolloutPlan, 'rollout' | 'hash' | 'version' | 'createdAt'>,
  now: Date,
): RolloutPlan {
  const open = {
    rollout: ROLLOUT_SCHEMA,
    version: VERSION,
    createdAt: now.toISOString(),
    ...content,
  } as const;
  return { ...open, hash: rolloutHash(open) };
}
