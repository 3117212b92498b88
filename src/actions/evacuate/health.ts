import type { ElbApi } from '../../aws/elb-api.ts';

/** How many targets of a group are in service, of those that are not leaving. */
export async function healthOf(
  elb: ElbApi,
  group: string | undefined,
): Promise<{ healthy: number; all: number } | undefined> {
  if (group === undefined) return undefined;
  const states = ((await elb.health(group)) ?? []).map(({ TargetHealth }) => TargetHealth?.State);
  // A target without traffic so far has no health checks where nothing forwards to its group.
  const healthy = states.filter((state) => state === 'healthy' || state === 'unavailable').length;
  return { healthy, all: states.filter((state) => state !== 'draining').length };
}
