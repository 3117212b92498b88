import { TRANSPORTS } from '../../fleet/transports.ts';
import type { Target } from '../../kit/types.ts';
import type { NodeScript } from '../types.ts';
import { accountKey } from './account.ts';

/** InstanceIds that one SendCommand takes. */
const BATCH = TRANSPORTS.ssm.perCall;

/** Groups of targets that one SendCommand can reach: the same account, the same text, at most 50. */
export function batchesOf(targets: Target[], script: NodeScript): Target[][] {
  return [...groupsOf(targets, script).values()].flatMap((group) => chunks(group, BATCH));
}

function groupsOf(targets: Target[], script: NodeScript): Map<string, Target[]> {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const where = target.cloud ? accountKey(target.cloud) : '';
    const key = `${where}\0${target.instanceId ? script.textFor(target, 'ssm') : ''}`;
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return groups;
}

function chunks<T>(items: T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}
