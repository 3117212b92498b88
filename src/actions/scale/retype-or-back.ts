import type { Instance } from '@aws-sdk/client-ec2';
import { withOurKeys } from '../../aws/errors.ts';
import type { BeforeState } from '../../node/types.ts';
import type { ReasonCode } from '../../transport/codes/reasons.ts';
import type { NodeResult } from '../../transport/types.ts';
import { and, type Job } from './job.ts';
import { membersOf, readMembers } from './quorum.ts';
import { RetypeError, retype } from './retype.ts';

/** Changes the machine's type; if that leaves it stopped, restores the type it last ran as, so that no machine stays down. */
export async function retypeOrBack(
  instance: Instance,
  before: BeforeState | undefined,
  type: string,
  job: Job,
): Promise<NodeResult> {
  const { context, params } = job;
  const deps = {
    ...job,
    signal: context.signal,
    note: context.note,
    withinMs: params.within * 1000,
    force: params.forceStop,
  };
  const failed = (code: ReasonCode, note: string) => job.result('failed', { ...and(before), code, note });
  try {
    await retype(job.id, type, deps);
  } catch (error) {
    if (!(error instanceof RetypeError)) throw error;
    const former = formerType(instance, before, type, params.type);
    if (error.seen !== 'stopped' || !former) return failed(error.code, error.message + leftAs(error, job));
    context.note(`${error.message}: restoring ${former}`);
    try {
      await retype(job.id, former, { ...deps, insist: true });
    } catch (second) {
      if (!(second instanceof RetypeError)) throw second;
      const note = `${error.message}; restoring ${former} failed: ${second.message}`;
      return failed(error.code, note + leftAs(second, job));
    }
    const back = await memberIsBack(job);
    const but = back ? '' : ', but its etcd member is not healthy yet';
    return failed(error.code, `${error.message}; it runs as ${former} again${but}`);
  }
  const address = await newAddress(instance, job);
  if (await memberIsBack(job))
    return job.result('changed', {
      ...and(before),
      note: `${formerType(instance, before, type, instance.InstanceType ?? type) ?? 'stopped'} → ${type}, running${address}`,
    });
  const note = `it runs as ${type}, but its etcd member is not healthy after ${params.within}s${address}`;
  return failed('member-not-back', note);
}

/** The type it ran as when its turn came; if it was already down, the other of the two types in the journal. */
function formerType(
  instance: Instance,
  before: BeforeState | undefined,
  type: string,
  wanted: string,
): string | undefined {
  const ranAs = instance.State?.Name === 'running' ? instance.InstanceType : undefined;
  return [ranAs, before?.type, wanted].find((known) => known && known !== type);
}

/** The operator must learn that a machine is down, and how to start it. */
function leftAs({ seen, next }: RetypeError, { id, target }: Job): string {
  const first = next ? `; ${next}` : '';
  if (seen === 'running' || seen === 'pending' || seen === 'gone') return first;
  const start = withOurKeys(`aws ec2 start-instances --instance-ids ${id}`, target.cloud!);
  return `${first}. It was last seen ${seen.toUpperCase()}: the same command continues from there, or start it by hand: ${start}`;
}

/** A public address that is not an Elastic IP has changed, and the fleet still has the old one. */
async function newAddress(instance: Instance, { api, id, context }: Job): Promise<string> {
  const former = instance.PublicIpAddress;
  if (!former) return '';
  const now = (await api.instance(id, context.signal).catch(() => undefined))?.PublicIpAddress;
  if (now === former) return '';
  return `; its public address was ${former} and is now ${now ?? 'none'} (fireaxe nodes --discover --save)`;
}

/** Waits until the machine's own etcd member is healthy; true at once where it runs none. */
async function memberIsBack(job: Job): Promise<boolean> {
  const { context, target, params } = job;
  if (!membersOf(context.targets).some((member) => member.name === target.name)) return true;
  const until = job.now() + params.within * 1000;
  context.note('running; waiting for its etcd member');
  for (;;) {
    context.signal.throwIfAborted();
    if ((await readMembers([target], context)).some((member) => member.votes || member.learner)) return true;
    if (job.now() >= until) return false;
    await job.sleep(3000, context.signal);
  }
}
