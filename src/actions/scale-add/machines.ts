import type { Instance } from '@aws-sdk/client-ec2';
import { tagsOf } from '../../aws/ec2-tags.ts';
import { cloudErrorName } from '../../transport/codes/types.ts';
import { CloudError } from '../cloud/side.ts';
import { awaited, type Job } from './job.ts';
import type { Recorded, Wanted } from './recorded.ts';
import { launchOf, RUN_TAG } from './template.ts';

/** EC2 has no room for this type, or the account's quota is used up. */
const NO_ROOM = /^(Insufficient.*|InstanceLimitExceeded|VcpuLimitExceeded|Unsupported|UnsupportedOperation)$/;

/** The machines of the recorded launches, by token; also those that have ended. */
export async function launched({ ec2, signal }: Job, { machines }: Recorded): Promise<Map<string, Instance>> {
  const tokens = machines.map(({ token }) => token);
  const found = await ec2.machines('client-token', tokens, signal);
  return new Map(found.map((machine) => [machine.ClientToken ?? '', machine]));
}

export const stateOf = (machine: Instance | undefined) => machine?.State?.Name ?? 'gone';

export const hasEnded = (machine: Instance | undefined) =>
  ['terminated', 'shutting-down'].includes(stateOf(machine));

/** Of this run by its own tag, too: who takes it away takes the machine over. */
export const isOurs = (machine: Instance, run: string) => tagsOf(machine)[RUN_TAG] === run;

/** Launches each machine that is missing, and waits until all run and pass EC2's checks. */
export async function start(job: Job, recorded: Recorded): Promise<Instance[]> {
  const known = await launched(job, recorded);
  const missing = recorded.machines.filter(({ token }) => !known.has(token));
  if (missing.length > 0) await launch(job, recorded, missing);
  let found = known;
  const late = await awaited(job, async () => {
    found = await launched(job, recorded);
    return notRunning(recorded, found);
  });
  if (late.length > 0) throw new CloudError('too-slow', `${late.join(', ')} after the longest wait`);
  const machines = [...found.values()];
  const slow = await awaited(job, async () => {
    const ids = machines.map(({ InstanceId: id }) => id!);
    const passed = (await job.ec2.statuses(ids, job.signal)).filter(
      ({ InstanceStatus, SystemStatus }) => InstanceStatus?.Status === 'ok' && SystemStatus?.Status === 'ok',
    );
    return ids.filter((id) => !passed.some(({ InstanceId }) => InstanceId === id));
  });
  if (slow.length > 0)
    throw new CloudError('too-slow', `${slow.join(', ')} did not pass EC2's status checks in time`);
  return machines;
}

async function launch(job: Job, recorded: Recorded, missing: Wanted[]): Promise<void> {
  const { ec2, context, signal } = job;
  const template = await ec2.template(recorded.template, recorded.version, signal);
  if (!template)
    throw new CloudError(
      'no-template',
      `EC2 has no version ${recorded.version} of ${recorded.template} any more`,
    );
  for (const { token, subnet } of missing) {
    signal.throwIfAborted();
    try {
      const { InstanceId: id } = await ec2.launch(launchOf(template, subnet, context.runId), token, signal);
      context.note(`${id}: launched in ${subnet}`);
    } catch (error) {
      if (!(error instanceof Error && NO_ROOM.test(error.name))) throw error;
      throw new CloudError(
        'no-capacity',
        `EC2 launches none in ${subnet}: ${cloudErrorName(error)}: ${error.message}`,
      );
    }
  }
}

/** Those that do not run yet, each with its state. EC2 may show a new machine only after seconds. */
function notRunning(recorded: Recorded, found: Map<string, Instance>): string[] {
  return recorded.machines.flatMap(({ token }) => {
    const machine = found.get(token);
    const state = stateOf(machine);
    if (state === 'running') return [];
    if (!machine || state === 'pending') return [`${machine?.InstanceId ?? 'one'} is ${state}`];
    const { Code, Message } = machine.StateReason ?? {};
    throw new CloudError(
      hasEnded(machine) ? 'gone' : 'not-added',
      `${machine.InstanceId} is ${state}: ${Message ?? Code ?? 'EC2 gives no reason'}`,
    );
  });
}
