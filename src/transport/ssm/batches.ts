import { TRANSPORTS } from '../../fleet/transports.ts';
import type { Target } from '../../kit/types.ts';
import type { NodeScript } from '../types.ts';
import { accountKey } from './account.ts';
import { packShards, wholeShards } from './shards.ts';

/** InstanceIds that one SendCommand takes. */
const BY_ID = TRANSPORTS.ssm.perCall;

/**
 * Groups of targets that one SendCommand can reach: the same account and the same text, and either whole shards, which
 * share a tag, or at most 50.
 */
export function batchesOf(targets: Target[], script: NodeScript, most?: number): Target[][] {
  return [...groupsOf(targets, script).values()].flatMap((group) => {
    const { whole, rest } = wholeShards(group, script);
    const { batches, left } = packShards(whole, script, most);
    return [...batches, ...inBatches([...left, ...rest])];
  });
}

/** As many batches as needed of targets that are named by their ids. */
export function inBatches(targets: Target[]): Target[][] {
  const count = Math.ceil(targets.length / BY_ID);
  return Array.from({ length: count }, (_, n) => targets.slice(n * BY_ID, (n + 1) * BY_ID));
}

function groupsOf(targets: Target[], script: NodeScript): Map<string, Target[]> {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const where = target.cloud ? accountKey(target.cloud) : '';
    const key = `${where}\0${target.instanceId ? script.textFor(target, 'ssm') : ''}`;
    const group = groups.get(key);
    if (group) group.push(target);
    else groups.set(key, [target]);
  }
  return groups;
}
