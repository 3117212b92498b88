import { isIP } from 'node:net';
import type { Ec2Instance, Ec2Query } from './ec2-instance.ts';
import { tagsOf } from './ec2-tags.ts';
import type { HybridApi, HybridMachine } from './hybrid-api.ts';
import { matchesPattern } from './pattern.ts';

/** Calls at a time: each machine's tags are one. */
const AT_A_TIME = 4;

/**
 * Machines outside EC2 that are registered with Systems Manager (`mi-…`) and whose tags match the filters for instances,
 * in the shape of those. A filter for anything but tags matches none of them.
 */
export async function hybridInstances(
  api: Pick<HybridApi, 'machines' | 'tags'>,
  filters: Ec2Query['Filters'],
): Promise<Ec2Instance[]> {
  const wanted = filters.filter(({ Name }) => Name !== 'instance-state-name');
  if (wanted.some(({ Name }) => !/^tag(-key$|:)/.test(Name))) return [];
  const machines = newest(await api.machines());
  const found: Ec2Instance[] = [];
  const next = machines[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_A_TIME }, async () => {
      for (const machine of next) {
        const instance = asInstance(machine, await api.tags(machine.InstanceId!));
        if (wanted.every((filter) => matches(filter, tagsOf(instance)))) found.push(instance);
      }
    }),
  );
  return found;
}

/** A machine that was registered again has two ids and one address: the one that lives counts. */
function newest(machines: HybridMachine[]): HybridMachine[] {
  const time = ({ LastPingDateTime }: HybridMachine) => LastPingDateTime?.getTime() ?? 0;
  const by = new Map<string, HybridMachine>();
  for (const machine of machines) {
    const { InstanceId: id = '', IPAddress: address = '' } = machine;
    if (!/^mi-/.test(id) || isIP(address) === 0) continue;
    const other = by.get(address);
    if (!other || time(machine) > time(other)) by.set(address, machine);
  }
  return [...by.values()];
}

function asInstance(machine: HybridMachine, tags: Ec2Instance['Tags']): Ec2Instance {
  const { InstanceId, IPAddress, ComputerName, Name } = machine;
  const named = tags?.some(({ Key }) => Key === 'Name') || !Name ? [] : [{ Key: 'Name', Value: Name }];
  return {
    InstanceId,
    PrivateIpAddress: IPAddress,
    PrivateDnsName: ComputerName,
    Tags: [...(tags ?? []), ...named],
  };
}

/** As EC2 matches: one of the values, with `*` and `?`. */
function matches({ Name, Values }: Ec2Query['Filters'][number], tags: Record<string, string | undefined>) {
  const has = Name === 'tag-key' ? Object.keys(tags) : [tags[Name.slice('tag:'.length)]];
  return has.some((value) => value !== undefined && Values.some((pattern) => matchesPattern(pattern, value)));
}
