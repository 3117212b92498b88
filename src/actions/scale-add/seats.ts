import type { Instance } from '@aws-sdk/client-ec2';
import { CloudError } from '../cloud/side.ts';
import {
  descriptionOf,
  find,
  type GroupReading,
  isDraining,
  namesOf,
  type Registration,
  remaining,
} from '../cordon-balancer/registration.ts';
import { awaited, type Job } from './job.ts';
import { registrationsOf, type Seat } from './recorded.ts';

/** Every seat of these machines. */
export const allSeats = (machines: Instance[], seats: Seat[]): Registration[] =>
  machines.flatMap((machine) => registrationsOf(machine, seats));

/** The groups of these registrations, read now. */
export async function readingsOf({ elb, groups }: Job, of: Registration[]): Promise<GroupReading[]> {
  if (of.length === 0) return [];
  const wanted = new Set(of.map(({ group }) => group));
  const all = (await groups.list(elb, [])).filter(({ TargetGroupArn: arn }) => wanted.has(arn!));
  return groups.read(elb, all, 0);
}

/** A registration as its group shows it; undefined where it has none. */
export function shownIn(readings: GroupReading[], one: Registration) {
  const reading = readings.find(({ group }) => group.TargetGroupArn === one.group);
  return reading && find(reading, one);
}

/** Registers what is not, and waits until all are healthy. */
export async function seat(job: Job, of: Registration[]): Promise<void> {
  const { elb, context } = job;
  const readings = await readingsOf(job, of);
  for (const one of of) {
    job.signal.throwIfAborted();
    if (!readings.some(({ group }) => group.TargetGroupArn === one.group))
      throw new CloudError('gone', `there is no target group ${one.name} any more`);
    const shown = shownIn(readings, one);
    if (shown && !isDraining(shown)) continue;
    context.note(`${one.id}: registering in ${one.name}`);
    await elb.register(one.group, descriptionOf(one));
  }
  const left = await awaited(job, async () => {
    const now = await readingsOf(job, of);
    return of.filter((one) => !isFit(shownIn(now, one)?.TargetHealth?.State));
  });
  if (left.length === 0) return;
  const now = await readingsOf(job, left);
  const states = left.map((one) => {
    const { State = 'not registered', Reason } = shownIn(now, one)?.TargetHealth ?? {};
    return `${one.id} in ${one.name}: ${[State, Reason].filter(Boolean).join(' ')}`;
  });
  throw new CloudError(
    'not-healthy',
    `registered, and not healthy in time: ${states.join('; ')}. Did it join? See the log of its user data`,
  );
}

/** `unused` and `unavailable` are the states where health is not checked. */
export const isFit = (state: string | undefined) =>
  state === 'healthy' || state === 'unused' || state === 'unavailable';

/** A group that would have no target in service without these. */
export function lastOf(readings: GroupReading[], of: Registration[]): string | undefined {
  for (const reading of readings) {
    const mine = of.filter((one) => {
      const shown = one.group === reading.group.TargetGroupArn ? find(reading, one) : undefined;
      return shown && !isDraining(shown);
    });
    const { now, left, unused } = remaining(reading, mine, new Set());
    if (mine.length > 0 && !unused && now > 0 && left === 0) return reading.group.TargetGroupName;
  }
  return undefined;
}

/** Deregisters what is registered, and waits until the balancer has forgotten it; what still drains is told. */
export async function unseat(job: Job, of: Registration[]): Promise<string> {
  const readings = await readingsOf(job, of);
  const shown = of.filter((one) => shownIn(readings, one));
  for (const one of shown) {
    job.signal.throwIfAborted();
    if (isDraining(shownIn(readings, one)!)) continue;
    job.context.note(`${one.id}: deregistering from ${one.name}`);
    await job.elb.deregister(one.group, descriptionOf(one)).catch(unlessGone);
  }
  const left = await awaited(job, async () => {
    const now = await readingsOf(job, shown);
    return shown.filter((one) => shownIn(now, one));
  });
  return left.length > 0 ? `connections were still open in ${namesOf(left)}` : '';
}

function unlessGone(error: unknown): void {
  if (!(error instanceof Error && /^(InvalidTarget|TargetGroupNotFound)/.test(error.name))) throw error;
}
