import { factsOf } from '../cloud/ec2/types-catalogue.ts';

/** What an instance type gives an API server. */
export interface InstanceSize {
  vcpu: number;
  memoryGiB: number;
}

/** Undefined for a type that the lab's cloud does not have. */
export function instanceSize(type: string): InstanceSize | undefined {
  const facts = factsOf(type);
  return facts && { vcpu: facts.vcpus, memoryGiB: facts.memoryMib / 1024 };
}
