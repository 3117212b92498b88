import type { BeforeState, Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { CloudJob } from '../cloud/side.ts';
import type { Lease } from '../fence-network/lease.ts';
import type { SweepParams } from './params.ts';

export type SweptJob = CloudJob<SweepParams>;

/** What carries a lease, and what it names. Without a lease: nothing of a fence. */
export interface Seen {
  lease?: Lease;
  /** Enough to remove it and to put it back. */
  before?: BeforeState;
  /** What would be removed. */
  note?: string;
}

/** One kind of thing that a fence in the network changes. */
export interface Swept<J> {
  /** Undefined where there is no such thing. */
  look(job: J): Promise<Seen | undefined>;
  /** May begin anywhere: what is gone already is not removed again. */
  remove(before: BeforeState, job: J): Promise<void>;
  putBack(before: BeforeState, job: J): Promise<void>;
}

/** One operation; only what the run's lease names is touched. */
export async function sweepOf<J extends SweptJob>(what: Swept<J>, op: Op, job: J): Promise<NodeResult> {
  const { before } = job.context;
  const { lease: id, of } = job.params;
  const seen = await what.look(job);
  if (!seen) return job.result('refused', { code: 'gone', note: `the account has no ${id} in this region` });
  const held = seen.lease?.run === of;
  const said = held ? `${of} has the lease of ${id}` : `${of} has no lease of ${id}`;
  switch (op) {
    case 'check':
    case 'apply':
      return removal(what, op, seen, job);
    case 'verify':
      return held ? job.result('failed', { code: 'fenced', note: said }) : job.result('ok', { note: said });
    case 'receipt':
      if (!before) return job.result('absent', { note: said });
      return held
        ? job.result('interrupted', { note: said })
        : job.result('ok', { before, note: said, data: { state: 'changed' } });
    case 'undo':
      if (!before) return job.result('already', { note: 'nothing was changed' });
      await what.putBack(before, job);
      return job.result('changed', { note: `fenced again, with the lease of ${of}` });
    default:
      return job.result('ok');
  }
}

async function removal<J extends SweptJob>(
  what: Swept<J>,
  op: 'check' | 'apply',
  seen: Seen,
  job: J,
): Promise<NodeResult> {
  const { lease: id, of, early } = job.params;
  const { lease } = seen;
  const before = job.context.before ?? seen.before;
  // An earlier attempt may have ended the lease already.
  if (lease?.run !== of || !before)
    return job.context.before
      ? job.result('changed', { before: job.context.before, note: `the fence of ${of} is gone from ${id}` })
      : job.result('already', { note: `${of} has no lease of ${id}` });
  if (Date.parse(lease.until) > job.now() && !early)
    return job.result('refused', {
      code: 'not-expired',
      note: `the lease of ${of} stands until ${lease.until}`,
    });
  if (op === 'check') return job.result('would', { before, note: `would remove ${seen.note}` });
  if (!job.context.before) await job.context.saveBefore(before);
  await what.remove(before, job);
  return job.result('changed', { before, note: `removed from ${id}: ${seen.note}` });
}
