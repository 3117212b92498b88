import type { ElbApi } from '../../aws/elb-api.ts';
import type { LaunchApi } from '../../aws/launch-api.ts';
import type { CloudJob } from '../cloud/side.ts';
import type { Groups } from '../cordon-balancer/groups.ts';
import type { ScaleAddParams } from './params.ts';

export interface Job extends CloudJob<ScaleAddParams> {
  ec2: LaunchApi;
  elb: ElbApi;
  groups: Groups;
}

/** Between two looks at a wait. */
const LOOK_MS = 5_000;

/** Looks until nothing is left to wait for; then, or in time, what is left. */
export async function awaited<T>(job: Job, look: () => Promise<T[]>): Promise<T[]> {
  const until = job.now() + job.params.within * 1000;
  for (;;) {
    job.signal.throwIfAborted();
    const left = await look();
    if (left.length === 0 || job.now() >= until) return left;
    await job.sleep(LOOK_MS, job.signal);
  }
}
