import type { Job } from './job.ts';
import { type GroupReading, ownIn, type Registration } from './registration.ts';

export interface Own {
  own: Registration[];
  /** Targets with the node's address that are left: why, of each. */
  elsewhere: string[];
}

/**
 * A node's own targets. An address is not enough: other VPCs have the same ones, and a group knows only its own VPC.
 * There it is the node's if the node is in that VPC; a machine outside AWS is a target of zone `all`.
 */
export async function ownOf(readings: GroupReading[], job: Job): Promise<Own> {
  const own: Registration[] = [];
  const elsewhere: string[] = [];
  for (const reading of readings) {
    const found = ownIn(reading, job.target);
    const { TargetType, VpcId } = reading.group;
    const vpc = TargetType === 'ip' && found.length > 0 ? await job.machine.vpc() : undefined;
    for (const one of found) {
      const outside = vpc === undefined && one.zone === 'all';
      if (TargetType !== 'ip' || (vpc !== undefined && vpc === VpcId) || outside) own.push(one);
      else elsewhere.push(`${one.id} in ${one.name} (${VpcId}) is ${whose(vpc)}`);
    }
  }
  return { own, elsewhere };
}

const whose = (vpc: string | undefined) =>
  vpc === undefined ? 'perhaps that of another machine: EC2 does not know this one' : `not of its ${vpc}`;
