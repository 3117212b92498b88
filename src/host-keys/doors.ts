import { HOSTNAME } from '../fleet/labels.ts';
import { TRANSPORTS } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import { recordedAs } from '../transport/ssh/phase.ts';

/** A host that SSH goes to: a node or a bastion. */
export interface Door {
  name: string;
  address: string;
  port: number;
  alias?: string | undefined;
  /** The node; absent of a bastion. */
  node?: Target;
  /** Names under which another known_hosts may have it, besides its address. */
  otherNames: string[];
}

/** Each host once, bastions too. */
export function doorsOf(targets: readonly Target[]): Door[] {
  const doors = new Map<string, Door>();
  const add = (door: Door) => doors.set(`${door.name} ${door.alias ?? door.address} ${door.port}`, door);
  for (const target of targets) {
    const { name, address, port, ssh, via, labels } = target;
    if (!via.some((one) => TRANSPORTS[one].addressedBy === 'ip')) continue;
    const { hostKeyAlias: alias, jump } = ssh;
    // A short name may be another cluster's node, too.
    const full = [alias, labels[HOSTNAME], name].filter(
      (word): word is string => word?.includes('.') === true,
    );
    add({ name, address, port, alias, node: target, otherNames: [...new Set(full)] });
    if (!jump) continue;
    const { hostKeyAlias } = jump;
    const otherNames = hostKeyAlias?.includes('.') ? [hostKeyAlias] : [];
    add({
      name: `bastion ${jump.name}`,
      address: jump.address,
      port: jump.port,
      alias: hostKeyAlias,
      otherNames,
    });
  }
  return [...doors.values()];
}

/** The host and the port that the kit's known_hosts is searched for. */
export const recordOf = ({ address, port, alias }: Door): [string, number] =>
  recordedAs({ address, port, ...(alias !== undefined && { hostKeyAlias: alias }) });

/** The same as a word of known_hosts. */
export function wordOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}
