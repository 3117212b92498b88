import type { Instance } from '@aws-sdk/client-ec2';
import type { NodeResult } from '../../transport/types.ts';
import { etcdHolds } from './etcd.ts';
import { awaited, type Job } from './job.ts';
import { hasEnded, isOurs, launched, stateOf } from './machines.ts';
import { fromBefore, type Recorded } from './recorded.ts';
import { allSeats, lastOf, readingsOf, unseat } from './seats.ts';

/** Looks for launches whose answers were lost: EC2 may show a machine only after seconds. */
const LOOKS = [1000, 2000, 4000, 8000];

/** Takes the machines that this run launched out of service, and ends them; no others. */
export async function end(job: Job): Promise<NodeResult> {
  const { context, ec2, signal, result } = job;
  const recorded = fromBefore(context.before);
  if (!recorded) return result('already', { note: 'nothing was launched' });
  const found = [...(await allLaunched(job, recorded)).values()].filter((one) => !hasEnded(one));
  const foreign = found.filter((one) => !isOurs(one, context.runId));
  const machines = found.filter((one) => isOurs(one, context.runId));
  const data = { machines: String(machines.length) };
  const left = foreign.map(
    ({ InstanceId: id }) => `${id} no longer has the tag fireaxe:run of this run: left as it is`,
  );
  if (machines.length === 0)
    return left.length > 0
      ? result('failed', { code: 'changed-since', note: left.join('; ') })
      : result('already', { note: 'none of the machines of this run is there', data });
  const ids = machines.map(({ InstanceId: id }) => id!);
  const own = allSeats(machines, recorded.seats);
  const last = lastOf(await readingsOf(job, own), own);
  if (last !== undefined)
    return result('refused', {
      code: 'last-target',
      note: `${last} has no target in service but the added machines: nothing was taken away`,
    });
  const held = await etcdHolds(job, ids);
  if (held !== undefined) return result('refused', { code: 'etcd-member', note: held });
  const open = await unseat(job, own);
  // It may have joined while its connections ended.
  const joined = await etcdHolds(job, ids);
  if (joined !== undefined) return result('failed', { code: 'etcd-member', note: `deregistered; ${joined}` });
  context.note(`terminating ${ids.join(', ')}`);
  await ec2.terminate(ids, signal);
  const alive = await awaited(job, async () =>
    [...(await launched(job, recorded)).values()].filter(
      (one) => ids.includes(one.InstanceId!) && !hasEnded(one),
    ),
  );
  if (alive.length > 0) return result('failed', { code: 'too-slow', note: alive.map(said).join(', ') });
  const note = [`terminated ${ids.join(', ')}`, open, ...left].filter(Boolean).join('; ');
  return left.length > 0
    ? result('failed', { code: 'changed-since', note, data })
    : result('changed', { note, data });
}

const said = (machine: Instance) => `${machine.InstanceId} is still ${stateOf(machine)}`;

async function allLaunched(job: Job, recorded: Recorded): Promise<Map<string, Instance>> {
  let found = await launched(job, recorded);
  for (const ms of LOOKS) {
    if (found.size === recorded.machines.length) break;
    await job.sleep(ms, job.signal);
    found = await launched(job, recorded);
  }
  return found;
}
