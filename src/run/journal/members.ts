import { isPlainId } from '../../node/order.ts';

/** The run of one cluster of a rollout: it is known before it begins, so that a resume finds it whatever was cut off. */
export function memberRun(rolloutId: string, cluster: string, index: number): string {
  const named = `${rolloutId}.${cluster}`;
  // Node paths have room for so many characters. No cluster's name begins with an underscore.
  return isPlainId(named) ? named : `${rolloutId}._${index + 1}`;
}

/** The rollout that a run belongs to, if that is among the names. */
export function rolloutOf(runId: string, names: ReadonlySet<string>): string | undefined {
  // A rollout's name ends with four hexadecimal digits. That of a cluster may look like it, and have dots, too.
  for (const { index } of runId.matchAll(/(?<=-[0-9a-f]{4})\.(?=.)/g)) {
    const rollout = runId.slice(0, index);
    if (names.has(rollout)) return rollout;
  }
  return undefined;
}

/** The names without those of runs whose rollout is among them. */
export function withoutMembers(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => rolloutOf(name, all) === undefined);
}
