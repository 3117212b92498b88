import type { NetworkAcl } from '@aws-sdk/client-ec2';

import { type NetworkApi, networkApi } from '../../aws/network-api.ts';
import type { BeforeState } from '../../node/types.ts';
import { sideOf } from '../cloud/side.ts';
import { entryText } from '../fence-network/entries.ts';
import type { Hands } from '../fence-network/job.ts';
import { type Lease, leaseOf, marksIn, RULES_TAG, RUN_TAG, UNTIL_TAG } from '../fence-network/lease.ts';
import { nacl } from '../fence-network/nacl.ts';
import { entriesOf } from '../fence-network/standing.ts';
import type { SweepParams } from './params.ts';
import { type Seen, type Swept, type SweptJob, sweepOf } from './swept.ts';

type Job = SweptJob & { ec2: NetworkApi };

/** A network ACL: what its tags name by number and content is removed, and nothing else. */
const acl: Swept<Job> = {
  async look(job) {
    const found = await job.ec2.acl(job.params.lease);
    if (!found) return undefined;
    const lease = leaseOf(found.Tags);
    return lease ? { lease, ...recordOf(found, lease) } : {};
  },

  async remove(before, job) {
    await nacl.undo(before, handsOf(job));
    // What somebody changed since is no longer in the record, but still named by the tag.
    const now = leaseOf((await job.ec2.acl(job.params.lease))?.Tags);
    if (now?.run === job.params.of) await job.ec2.untag(job.params.lease, [RUN_TAG, UNTIL_TAG, RULES_TAG]);
  },

  async putBack(before, job) {
    await nacl.apply(before, handsOf(job));
  },
};

export const aclSweep = sideOf<SweepParams, { ec2: NetworkApi }>({
  parallel: 1,
  asks: 'EC2',
  async open(cloud, { env, onTrace, patience }) {
    const ec2 = await networkApi(cloud, patience, env, onTrace);
    return { ec2, close: () => ec2.close() };
  },
  operate: (op, job) => sweepOf(acl, op, job),
});

/** As the fence's own journal would have it. */
function recordOf(found: NetworkAcl, lease: Lease): Pick<Seen, 'before' | 'note'> {
  const ours = entriesOf(found, lease);
  const named = ours.map(({ number }) => number).join(', ');
  const changed = marksIn(lease).length - ours.length;
  return {
    before: {
      with: 'nacl',
      acl: found.NetworkAclId!,
      until: lease.until,
      ...Object.fromEntries(ours.map((entry) => [`entry.${entry.number}`, entryText(entry)])),
    } satisfies BeforeState,
    note:
      (named === '' ? 'no rule of it is left' : `rules ${named}`) +
      (changed > 0 ? `; ${changed} that the tag names are gone, or changed since and stay` : ''),
  };
}

/** The fence's own hands, as its run. */
const handsOf = ({ ec2, context, sleep, now, params }: Job): Hands => ({
  ec2,
  sleep,
  now,
  context: { ...context, runId: params.of },
});
