import type { Ec2Instance } from './ec2-instance.ts';
import { tagsOf } from './ec2-tags.ts';

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/**
 * A name for each instance: its Name tag where no other has the same (the machines of a scaling group all share one),
 * else its private DNS name, which is what Kubernetes mostly calls it, else its id. Names are unique.
 */
export function namesOf(instances: Ec2Instance[]): Map<Ec2Instance, string> {
  const candidates = instances.map((instance) => ({
    instance,
    names: [tagsOf(instance).Name, instance.PrivateDnsName].filter(
      (name): name is string => name !== undefined && NODE_NAME.test(name),
    ),
  }));
  const uses = new Map<string, number>();
  for (const { names } of candidates)
    for (const name of new Set(names)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return new Map(
    candidates.map(({ instance, names }) => [
      instance,
      names.find((name) => uses.get(name) === 1) ?? instance.InstanceId!,
    ]),
  );
}
