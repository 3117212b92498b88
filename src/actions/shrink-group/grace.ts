import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { inGroup } from './group.ts';
import type { Job } from './job.ts';

/** Between two looks at the clock. */
const LOOK_MS = 5_000;

/**
 * A group that asks a balancer takes a machine that still boots for sick, and replaces it at once: AWS gives its grace
 * period to new machines, not to started ones. So it is given here, from the latest start on. False: it would take too
 * long.
 */
export async function graceIsOver(job: Job, group: AutoScalingGroup): Promise<boolean> {
  if (!/ELB|VPC_LATTICE/.test(group.HealthCheckType ?? '')) return true;
  const machines = await job.ec2.matching(inGroup(group.AutoScalingGroupName!), job.signal);
  const started = Math.max(...machines.map(({ LaunchTime }) => LaunchTime?.getTime() ?? 0), 0);
  const over = started + (group.HealthCheckGracePeriod ?? 0) * 1000;
  const until = job.now() + job.params.within * 1000;
  if (over > until) return false;
  if (over > job.now()) job.context.note(`waiting for the health check grace period of the group`);
  while (job.now() < over) await job.sleep(Math.min(LOOK_MS, over - job.now()), job.signal);
  return true;
}
