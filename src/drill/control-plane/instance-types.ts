/** What an instance type gives an API server. Names and sizes are EC2's. */
export interface InstanceSize {
  vcpu: number;
  memoryGiB: number;
}

const FAMILIES: Record<string, number> = {
  c5: 2,
  c6i: 2,
  c7i: 2,
  m5: 4,
  m6i: 4,
  m7i: 4,
  r5: 8,
  r6i: 8,
  r7i: 8,
};
const SIZES: Record<string, number> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
};

/** Undefined for a type that the lab does not know. */
export function instanceSize(type: string): InstanceSize | undefined {
  const [family = '', size = ''] = type.split('.');
  const perCpu = FAMILIES[family];
  const vcpu = SIZES[size];
  return perCpu === undefined || vcpu === undefined ? undefined : { vcpu, memoryGiB: vcpu * perCpu };
}
