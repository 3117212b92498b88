import { formatDuration } from '../../base/duration.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { Job } from './job.ts';
import { ownOf } from './own.ts';
import {
  descriptionOf,
  find,
  fromBefore,
  type GroupReading,
  isDraining,
  keyOf,
  namesOf,
  type Registration,
  remaining,
  toBefore,
} from './registration.ts';
import { replacedBy } from './scaling.ts';

/** Between two looks at a drain. */
const LOOK_MS = 5_000;

/** What would be taken, what remains, and how long it takes. */
export async function check(job: Job): Promise<NodeResult> {
  const { api, groups, params, result } = job;
  const unknown = await misnamed(job);
  if (unknown) return unknown;
  const readings = await groups.all(api, params.group);
  const { own, elsewhere } = await ownOf(readings, job);
  if (own.length === 0) return nowhere(job, elsewhere);
  const replaced = await replacedBy(own, job);
  if (typeof replaced !== 'string') return result('refused', replaced);
  return groups.inTurn(async () => {
    const refused = tooFew(readings, own, job);
    if (refused) return refused;
    const lines: string[] = [];
    for (const reading of readings) {
      const mine = own.filter((one) => one.group === reading.group.TargetGroupArn);
      if (mine.length > 0) lines.push(await told(reading, mine, job));
    }
    for (const one of own) groups.taken.add(keyOf(one));
    return result('would', {
      before: toBefore(own),
      note: `would be deregistered from ${[...lines, ...(replaced ? [replaced] : []), ...left(elsewhere)].join('; ')}`,
      data: { targets: String(own.length) },
    });
  });
}

const left = (elsewhere: string[]) => elsewhere.map((one) => `left: ${one}`);

async function told(reading: GroupReading, mine: Registration[], job: Job): Promise<string> {
  const { api, groups, params } = job;
  const { group } = reading;
  const { now, left, unused } = remaining(reading, mine, groups.taken);
  const drain = await groups.drainSeconds(api, group.TargetGroupArn!);
  const longer =
    drain > params.within ? `, of which ${formatDuration(params.within * 1000)} are awaited` : '';
  const ports = mine.map(({ port, state }) => `${port ?? group.Port} ${state}`).join(', ');
  const others = unused ? 'no balancer sends to it' : `${left} of ${now} targets in service remain`;
  const ends =
    drain > 0 ? `drains for up to ${formatDuration(drain * 1000)}${longer}` : 'connections end at once';
  return `${group.TargetGroupName} (${ports}): ${others}, ${ends}`;
}

/** Takes the node out of its groups, and waits for its open connections. */
export async function take(job: Job): Promise<NodeResult> {
  const { groups, context, result } = job;
  const journaled = fromBefore(context.before);
  const unknown = journaled ? undefined : await misnamed(job);
  if (unknown) return unknown;
  const refused = journaled ? undefined : await wouldBeReplaced(job);
  if (refused) return refused;
  const step = await groups.inTurn(() => deregister(journaled, job));
  if (!Array.isArray(step)) return step;
  const draining = await drained(step, job);
  const open = draining.length > 0 ? `; connections are still open in ${namesOf(draining)}` : '';
  return result('changed', {
    before: toBefore(step),
    note: `deregistered from ${namesOf(step)}${open}`,
    data: { targets: String(step.length) },
  });
}

/** Read for itself: others need not wait for it. */
async function wouldBeReplaced(job: Job): Promise<NodeResult | undefined> {
  const { own } = await ownOf(await job.groups.all(job.api, job.params.group), job);
  const replaced = own.length > 0 ? await replacedBy(own, job) : '';
  if (typeof replaced !== 'string') return job.result('refused', replaced);
  if (replaced) job.context.note(`${job.target.name}: ${replaced}`);
  return undefined;
}

/** A name with a typing error must not leave a group as it is in silence. */
async function misnamed({ api, groups, params, result }: Job): Promise<NodeResult | undefined> {
  const unknown = await groups.unknown(api, params.group);
  if (unknown.length === 0) return undefined;
  return result('refused', {
    code: 'not-found',
    note: `no target group ${unknown.join(', ')} with instances or addresses in this account and region (--group)`,
  });
}

/** Records, then deregisters. What an earlier attempt recorded is what this one takes. */
async function deregister(
  journaled: Registration[] | undefined,
  job: Job,
): Promise<Registration[] | NodeResult> {
  const { api, groups, params, context } = job;
  const { own: before, elsewhere } = journaled
    ? { own: journaled, elsewhere: [] }
    : await ownOf(await groups.all(api, params.group), job);
  const wanted = new Set(before.map((one) => one.group));
  const named = (await groups.list(api, [])).filter(({ TargetGroupArn: arn }) => wanted.has(arn!));
  const readings = await groups.read(api, named, 0);
  const own = journaled
    ? journaled.filter((one) => readings.some((reading) => isIn(reading, one)))
    : (await ownOf(readings, job)).own;
  if (!journaled && own.length === 0) return nowhere(job, elsewhere);
  const refused = tooFew(readings, own, job);
  if (refused) return refused;
  if (!journaled) await context.saveBefore(toBefore(own));
  for (const one of own) {
    context.signal.throwIfAborted();
    await api.deregister(one.group, descriptionOf(one)).catch(unlessGone);
    groups.taken.add(keyOf(one));
    groups.forget(one.group);
  }
  return journaled ?? own;
}

function isIn(reading: GroupReading, one: Registration): boolean {
  const found = reading.group.TargetGroupArn === one.group ? find(reading, one) : undefined;
  return found !== undefined && !isDraining(found);
}

/** Gone since it was read: then nothing is left to do. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && /^(InvalidTarget|TargetGroupNotFound)/.test(error.name))) throw error;
}

/** Waits until the balancer has forgotten the targets; returns those that it has not in time. */
async function drained(own: Registration[], job: Job): Promise<Registration[]> {
  const { api, groups, params, context } = job;
  const until = job.now() + params.within * 1000;
  const all = await groups.list(api, []);
  let left = own;
  for (;;) {
    const asked = all.filter(({ TargetGroupArn: arn }) => left.some(({ group }) => group === arn));
    const readings = await groups.read(api, asked, LOOK_MS / 2);
    left = left.filter((one) =>
      readings.some((reading) => reading.group.TargetGroupArn === one.group && find(reading, one)),
    );
    if (left.length === 0 || job.now() >= until) return left;
    await job.sleep(LOOK_MS, context.signal);
  }
}

/** A node that is drained by somebody, or was never in a group, gets no traffic from a balancer. */
function nowhere({ params, target, result }: Job, elsewhere: string[]): NodeResult {
  const which = params.group.length > 0 ? `of the target groups ${params.group.join(', ')}` : 'target group';
  const ids = target.instanceId ?? target.internalAddress;
  const note =
    params.group.length > 0
      ? `${ids} is in none ${which}`
      : `${ids} is in no ${which} of this account and region`;
  return result('already', { note: [note, ...left(elsewhere)].join('; '), data: { targets: '0' } });
}

function tooFew(readings: GroupReading[], own: Registration[], job: Job): NodeResult | undefined {
  const { params, groups, result } = job;
  for (const reading of readings) {
    const mine = own.filter((one) => one.group === reading.group.TargetGroupArn);
    const { now, left, unused } = remaining(reading, mine, groups.taken);
    if (unused || left === now || left >= params.floor) continue;
    return result('refused', {
      code: 'last-target',
      note:
        `${reading.group.TargetGroupName} has ${now} targets in service: ${left} would remain, ` +
        `${params.floor} are required (--floor)`,
    });
  }
  return undefined;
}
