import { instanceSize } from './instance-types.ts';

const GiB = 2 ** 30;

/** What one API server can carry. Work is counted in units: a unit is about ten milliseconds of the smallest server. */
export interface Capacity {
  /** Units of work a second. */
  unitsPerSecond: number;
  /** Requests in flight before others get 429. */
  inflight: number;
  mutatingInflight: number;
  /** Bytes at which the kernel kills it. */
  memoryLimit: number;
}

export interface ServerFlags {
  'max-requests-inflight'?: number;
  'max-mutating-requests-inflight'?: number;
}

/** An unknown type counts as the usual one, so that a lab never stops at a name. */
export function capacityOf(instanceType: string, flags: ServerFlags = {}): Capacity {
  const size = instanceSize(instanceType) ?? { vcpu: 4, memoryGiB: 16 };
  return {
    unitsPerSecond: 25 * size.vcpu,
    inflight: flags['max-requests-inflight'] ?? 10 * size.vcpu,
    mutatingInflight: flags['max-mutating-requests-inflight'] ?? 5 * size.vcpu,
    // The system and etcd take the rest.
    memoryLimit: (size.memoryGiB - 2) * GiB,
  };
}

/** What one lab request or watch costs; it stands for many real ones (see Load). */
export interface RequestCost {
  units: number;
  bytes: number;
}

export const COST = {
  base: GiB,
  watch: 0.15 * GiB,
  smallWatch: GiB / 1000,
  list: GiB / 2,
  small: { units: 0.2, bytes: 1024 * 1024 },
  health: { units: 1, bytes: 64 * 1024 },
  /** Turning a request away is cheap, not free. */
  rejectUnits: 0.1,
} as const;
