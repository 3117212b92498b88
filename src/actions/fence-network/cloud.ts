import { networkApi } from '../../aws/network-api.ts';
import { notAllowed } from '../../aws/policy/statement.ts';
import { FireaxeError } from '../../base/errors.ts';
import { formatTime } from '../../base/time.ts';
import type { BeforeState, Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { type Refusal, sideOf } from '../cloud/side.ts';
import { type Job, leasedTo } from './job.ts';
import { leaseOf } from './lease.ts';
import type { FenceNetworkParams, WayName } from './params.ts';
import { readSite } from './site.ts';
import type { Planned, Way } from './way.ts';
import { WAY_OF } from './ways.ts';

/** EC2's side of the fence. One target at a time: several may share what is changed. */
export function networkSide(open: typeof networkApi) {
  return sideOf<FenceNetworkParams, Pick<Job, 'ec2' | 'id'>>({
    parallel: 1,
    asks: 'EC2',
    needsInstance: true,
    async open(cloud, { env, onTrace, patience }, { target }) {
      const ec2 = await open(cloud, patience, env, onTrace);
      return { ec2, id: target.instanceId!, close: () => ec2.close() };
    },
    operate,
  });
}

export const cloudSide = networkSide(networkApi);

async function operate(op: Op, job: Job): Promise<NodeResult> {
  const { before } = job.context;
  switch (op) {
    case 'check':
    case 'apply':
      return op === 'apply' && before ? carryOut(before, job) : begin(op, job);
    case 'verify':
      return verify(before, job);
    case 'receipt':
      return receipt(before, job);
    case 'undo':
      return undo(before, job);
    default:
      return job.result('ok');
  }
}

async function begin(op: 'check' | 'apply', job: Job): Promise<NodeResult> {
  const planned = await plan(job);
  if ('refusal' in planned) return job.result('refused', planned.refusal);
  if ('nothing' in planned) return job.result('already', { note: planned.nothing });
  const missing = await job.ec2.notAllowed(planned.calls);
  if (missing.length > 0)
    return job.result('refused', {
      code: 'not-permitted',
      note: notAllowed(missing),
    });
  const until = formatTime(new Date(job.now() + job.params.for * 1000));
  const before = { ...planned.before, until };
  if (op === 'check') return job.result('would', { before, note: `${planned.note}; lease until ${until}` });
  await job.context.saveBefore(before);
  return carryOut(before, job, planned.note);
}

/** The first of the ways that is possible here; why not, of each, where none is. */
async function plan(job: Job): Promise<Planned> {
  const site = await readSite(job);
  if ('refusal' in site) return site;
  const refused: string[] = [];
  let first: Extract<Planned, { refusal: unknown }> | undefined;
  for (const name of job.params.with) {
    const planned = await WAY_OF[name].plan(site, job);
    if ('refusal' in planned) {
      first ??= planned;
      refused.push(`${name}: ${planned.refusal.note}`);
      continue;
    }
    if ('nothing' in planned) return planned;
    const why = refused.length > 0 ? [`by ${name}, because ${refused.join('; ')}`] : [];
    return { ...planned, note: [planned.note, ...why, ...site.notes].join('; ') };
  }
  if (refused.length === 1) return first!;
  return { refusal: { code: first!.refusal.code, note: refused.join('; ') } };
}

async function carryOut(before: BeforeState, job: Job, note = 'continued'): Promise<NodeResult> {
  await wayOf(before).apply(before, job);
  return job.result('changed', { before, note: `${note}; lease until ${before.until}` });
}

async function verify(before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  if (before) {
    const held = await wayOf(before).held(before, job);
    const idle = held === 'all' ? await wayOf(before).idle?.(before, job) : undefined;
    if (idle) return job.result('failed', { code: 'changed', note: idle });
    if (held === 'all') return job.result('ok', { note: `in force; lease until ${before.until}` });
    return job.result('failed', { code: 'changed', note: `${held} of it is in force` });
  }
  const planned = await plan(job);
  if ('nothing' in planned) return job.result('ok', { note: planned.nothing });
  return job.result('failed', {
    code: 'changed',
    note: 'refusal' in planned ? planned.refusal.note : 'not in force',
  });
}

/** The cloud itself is the receipt; without a journaled before-state nothing was begun. */
async function receipt(before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  const held = before && !(await othersHold(before, job)) ? await wayOf(before).held(before, job) : 'none';
  if (!before || held === 'none') return job.result('absent');
  if (held === 'part') return job.result('interrupted', { note: 'part of it is in force' });
  return job.result('ok', { before, note: 'in force', data: { state: 'changed' } });
}

async function undo(before: BeforeState | undefined, job: Job): Promise<NodeResult> {
  // The journal has the state before the change, so without it nothing was changed.
  if (!before) return job.result('already', { note: 'nothing was changed' });
  const way = wayOf(before);
  const theirs = await othersHold(before, job);
  if (theirs) return job.result('failed', theirs);
  const held = await way.held(before, job);
  const left = await way.undo(before, job);
  if (left.length > 0)
    return job.result('failed', {
      code: 'changed-since',
      note: `somebody else changed it since, and it stays as it is: ${left.join('; ')}`,
    });
  if (held === 'none') return job.result('already', { note: 'as it was before the fence' });
  const but = way.undone ? `; ${way.undone}` : '';
  return job.result('changed', { note: `as it was before the fence${but}` });
}

/** What has the lease of another run is in force by that run, even if this one recorded the same: it may have come second. */
async function othersHold(before: BeforeState, job: Job): Promise<Refusal | undefined> {
  for (const [id, tags] of await wayOf(before).tags(before, job)) {
    const lease = leaseOf(tags);
    if (lease && lease.run !== job.context.runId) return leasedTo(id, lease.run);
  }
  return undefined;
}

function wayOf(before: BeforeState): Way {
  const way = WAY_OF[before.with as WayName];
  if (!way)
    throw new FireaxeError('internal', `the journal names an unknown way: ${before.with}`, {
      next: 'use the version of Fireaxe that made the run',
    });
  return way;
}
