import { createHash } from 'node:crypto';
import type { Instance } from '@aws-sdk/client-ec2';
import type { BeforeState } from '../../node/types.ts';
import type { Registration } from '../cordon-balancer/registration.ts';

/** A machine to be: EC2 makes one for one token, in one subnet, however often it is asked. */
export interface Wanted {
  token: string;
  subnet: string;
}

/** A place in a target group that each new machine gets. */
export type Seat = Pick<Registration, 'group' | 'name' | 'port'> & { type: string };

/** What the journal keeps before the first launch: all that a repeated call must repeat. */
export interface Recorded {
  template: string;
  version: string;
  machines: Wanted[];
  seats: Seat[];
}

export function toBefore({ template, version, machines, seats }: Recorded): BeforeState {
  return { template, version, machines: JSON.stringify(machines), seats: JSON.stringify(seats) };
}

export function fromBefore(before: BeforeState | undefined): Recorded | undefined {
  const { template, version, machines, seats } = before ?? {};
  if (template === undefined || version === undefined || machines === undefined) return undefined;
  return { template, version, machines: JSON.parse(machines), seats: JSON.parse(seats ?? '[]') };
}

/** EC2 takes 64 characters. */
export function tokenOf(run: string, step: string, n: number): string {
  const digest = createHash('sha256').update(`${run} ${step} ${n}`).digest('hex');
  return `fireaxe-${digest.slice(0, 40)}`;
}

/** The subnets of the control plane in turn, those with the fewest of its machines first. */
export function spread(present: Instance[], count: number): string[] {
  const uses = new Map<string, number>();
  for (const { SubnetId: id } of present) if (id) uses.set(id, (uses.get(id) ?? 0) + 1);
  const order = [...uses].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1)).map(([id]) => id);
  return order.length === 0 ? [] : Array.from({ length: count }, (_, n) => order[n % order.length]!);
}

/** Where a machine is registered, seat by seat. */
export function registrationsOf(machine: Instance, seats: Seat[]): Registration[] {
  return seats.map(({ type, ...seat }) => ({
    ...seat,
    id: (type === 'ip' ? machine.PrivateIpAddress : machine.InstanceId) ?? '',
    state: '',
  }));
}
