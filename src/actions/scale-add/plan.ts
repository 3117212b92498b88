import type { Instance, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { notAllowed } from '../../aws/policy/statement.ts';
import type { Refusal } from '../cloud/side.ts';
import { keyOf, ownIn } from '../cordon-balancer/registration.ts';
import { etcdBefore } from './etcd.ts';
import type { Job } from './job.ts';
import { templateOf } from './params.ts';
import { type Recorded, type Seat, spread, tokenOf } from './recorded.ts';
import { launchOf, ofAnother, ownSubnet, ownZone, saidOf, unfit } from './template.ts';

export interface Planned {
  recorded: Recorded;
  template: LaunchTemplateVersion;
  /** What would be added, and where. */
  note: string;
}

/** What would be launched and registered, from what the control plane is now; or why nothing is. */
export async function planned(job: Job): Promise<Planned | Refusal> {
  const { ec2, params, context, signal } = job;
  const present = await controlPlane(job);
  if (present.length === 0)
    return {
      code: 'gone',
      note: 'EC2 has no machine of the control plane here: check account, region and the age of the fleet snapshot',
    };
  const { name, version } = templateOf(params);
  const template = await ec2.template(name, version, signal);
  if (!template)
    return { code: 'no-template', note: `EC2 has no launch template ${name}, version ${version}, here` };
  const subnets = subnetsFor(template, present, params.add);
  if (subnets.length === 0)
    return { code: 'odd-template', note: `no subnet of the control plane is in ${ownZone(template)}` };
  const refused = unfit(template) ?? ofAnother(template, present);
  if (refused) return refused;
  const seats = params.withoutBalancer ? [] : await seatsOf(job, present);
  if (seats.length === 0 && !params.withoutBalancer)
    return {
      code: 'no-balancer',
      note: 'no machine of the control plane is in a target group of this account and region (Classic Load Balancers are not read): --without-balancer adds machines all the same',
    };
  const etcd = params.ignoreQuorum ? '' : await etcdBefore(job);
  if (typeof etcd !== 'string') return etcd;
  const denied = await notLaunched(job, template, subnets);
  if (denied) return denied;
  const { runId, stepId } = context;
  const machines = subnets.map((subnet, n) => ({ token: tokenOf(runId, stepId, n + 1), subnet }));
  const zones = new Map(present.map((one) => [one.SubnetId, one.Placement?.AvailabilityZone]));
  const places = subnets.map((subnet) => `${subnet}${zones.has(subnet) ? ` (${zones.get(subnet)})` : ''}`);
  const lines = [
    `would launch ${saidOf(template, job.target.cluster)} in ${places.join(', ')}`,
    seats.length > 0
      ? `registered in ${seats.map((seat) => `${seat.name} (${seat.port})`).join(', ')}`
      : 'registered in no target group',
    etcd,
    "joining the cluster is the business of the template's user data",
  ];
  return {
    recorded: {
      template: template.LaunchTemplateId!,
      version: String(template.VersionNumber),
      machines,
      seats,
    },
    template,
    note: lines.filter(Boolean).join('; '),
  };
}

async function controlPlane({ ec2, context, signal }: Job): Promise<Instance[]> {
  const ids = context.targets.flatMap(({ roles, instanceId: id }) =>
    roles.includes('control-plane') && id?.startsWith('i-') ? [id] : [],
  );
  if (ids.length === 0) return [];
  const found = await ec2.machines('instance-id', ids, signal);
  return found.filter(({ State }) => !['terminated', 'shutting-down'].includes(State?.Name ?? ''));
}

function subnetsFor(template: LaunchTemplateVersion, present: Instance[], count: number): string[] {
  const own = ownSubnet(template);
  if (own !== undefined) return Array.from({ length: count }, () => own);
  const zone = ownZone(template);
  const fit = present.filter(({ Placement }) => zone === undefined || Placement?.AvailabilityZone === zone);
  return spread(fit, count);
}

/** Where the present machines are registered: each group and port once. */
async function seatsOf({ elb, groups, context }: Job, present: Instance[]): Promise<Seat[]> {
  const machines = new Map(present.map((one) => [one.InstanceId, one]));
  const seats = new Map<string, Seat>();
  for (const reading of await groups.all(elb, [])) {
    const { TargetType: type = '', VpcId } = reading.group;
    for (const target of context.targets) {
      const machine = machines.get(target.instanceId ?? '');
      // Other networks have the same addresses.
      if (!machine || (type === 'ip' && machine.VpcId !== VpcId)) continue;
      for (const { group, name, port } of ownIn(reading, target))
        seats.set(keyOf({ group, id: '', ...(port !== undefined && { port }) }), {
          group,
          name,
          type,
          ...(port !== undefined && { port }),
        });
    }
  }
  return [...seats.values()];
}

/** EC2 is asked for each subnet, and nothing is done. */
async function notLaunched(
  job: Job,
  template: LaunchTemplateVersion,
  subnets: string[],
): Promise<Refusal | undefined> {
  for (const subnet of new Set(subnets)) {
    const launch = launchOf(template, subnet, job.context.runId);
    const why = await job.ec2.refusal(launch, job.signal);
    if (why === 'forbidden') return { code: 'not-permitted', note: notAllowed(['ec2:RunInstances']) };
    if (why !== undefined) return { code: 'odd-template', note: `EC2 refuses a launch in ${subnet}: ${why}` };
  }
  return undefined;
}
