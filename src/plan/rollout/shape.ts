import { LONGEST_MS } from '../../base/duration.ts';
import {
  listOf,
  maybe,
  number,
  oneOf,
  type Shape,
  shaped,
  such,
  text,
  time,
  whole,
} from '../../base/shape.ts';
import { AS_BEFORE, NO_GATE, ROLLOUT_SCHEMA, type RolloutPlan } from './types.ts';

const rollout = shaped({
  rollout: oneOf([ROLLOUT_SCHEMA]),
  hash: text,
  version: text,
  createdAt: time,
  name: text,
  title: text,
  reason: text,
  clusters: listOf(
    shaped({ name: text, plan: text, nodes: whole(), targets: whole(), needs: maybe(listOf(text)) }),
  ),
  leftOut: listOf(shaped({ cluster: text, why: text })),
  waves: listOf(whole(1)),
  canary: maybe(oneOf([true])),
  parallel: whole(1),
  maxFailed: whole(),
  soakMs: number(0, LONGEST_MS),
  gate: such(isGate),
});

/** Where a value does not have the shape of a rollout; undefined where it does. */
export const rolloutShape: Shape = (value) => rollout(value) ?? claims(value as RolloutPlan);

function isGate(value: unknown): boolean {
  const amount = /^\d+(\.\d+)?%?$/;
  return typeof value === 'string' && ([AS_BEFORE, NO_GATE].includes(value) || amount.test(value));
}

/** Each cluster is there once, in one wave, after what it needs. */
function claims({ clusters, waves }: RolloutPlan): string | undefined {
  const names = new Set(clusters.map(({ name }) => name));
  if (names.size !== clusters.length) return 'clusters';
  if (waves.reduce((a, b) => a + b, 0) !== clusters.length) return 'waves';
  const seen = new Set<string>();
  for (const { name, needs = [] } of clusters) {
    if (needs.some((need) => !seen.has(need))) return 'clusters.needs';
    seen.add(name);
  }
  return undefined;
}
