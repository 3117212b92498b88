import type { Tag } from '@aws-sdk/client-ec2';
import type { BeforeState } from '../../node/types.ts';
import { CloudError } from '../cloud/side.ts';
import { type Hands, leasedTo } from './job.ts';
import { leaseOf, leaseTags, RUN_TAG, UNTIL_TAG } from './lease.ts';

/** Puts this run's lease on a group or a list, before anything of it is changed. */
export async function takeLease(
  id: string,
  tags: Tag[] | undefined,
  before: BeforeState,
  { ec2, context }: Hands,
): Promise<void> {
  const lease = leaseOf(tags);
  if (lease?.run === context.runId) return;
  if (lease) throw new CloudError('leased', leasedTo(id, lease.run).note);
  await ec2.tag(id, leaseTags({ run: context.runId, until: before.until! }));
}

export async function endLease(id: string, tags: Tag[] | undefined, { ec2, context }: Hands): Promise<void> {
  if (leaseOf(tags)?.run === context.runId) await ec2.untag(id, [RUN_TAG, UNTIL_TAG]);
}
