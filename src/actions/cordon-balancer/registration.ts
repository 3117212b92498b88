import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Target } from '../../kit/types.ts';
import type { BeforeState } from '../../node/types.ts';

/** A target of a group as it was found. */
export interface Registration {
  /** ARN and name of its group. */
  group: string;
  name: string;
  id: string;
  port?: number;
  zone?: string;
  quicServerId?: string;
  /** Its health. */
  state: string;
}

export interface GroupReading {
  group: TargetGroup;
  targets: TargetHealthDescription[];
}

/** The ids under which groups of a type know a node. A pod's address is not its node's. */
export function idsOf(target: Target, type: string | undefined): string[] {
  if (type === 'instance') return target.instanceId ? [target.instanceId] : [];
  return type === 'ip' ? [target.internalAddress, target.address] : [];
}

export const isDraining = ({ TargetHealth }: TargetHealthDescription) => TargetHealth?.State === 'draining';

/** What gets traffic: `unavailable` is the state where health is not checked. */
const isServing = (state: string | undefined) => state === 'healthy' || state === 'unavailable';

export const wasServing = ({ state }: Registration) => isServing(state);

/** A node's own targets in a group; those that drain already are somebody else's. */
export function ownIn({ group, targets }: GroupReading, target: Target): Registration[] {
  const ids = idsOf(target, group.TargetType);
  return targets.flatMap((described) => {
    const { Id, Port, AvailabilityZone, QuicServerId } = described.Target ?? {};
    if (Id === undefined || !ids.includes(Id) || isDraining(described)) return [];
    return {
      group: group.TargetGroupArn!,
      name: group.TargetGroupName ?? group.TargetGroupArn!,
      id: Id,
      ...(Port !== undefined && { port: Port }),
      // For instances the balancer knows the zone, and refuses one that is given.
      ...(AvailabilityZone && group.TargetType === 'ip' && { zone: AvailabilityZone }),
      ...(QuicServerId && { quicServerId: QuicServerId }),
      state: described.TargetHealth?.State ?? '',
    };
  });
}

/** The description by which a target is registered exactly as before. */
export function descriptionOf({ id, port, zone, quicServerId }: Registration) {
  return {
    Id: id,
    ...(port !== undefined && { Port: port }),
    ...(zone && { AvailabilityZone: zone }),
    ...(quicServerId && { QuicServerId: quicServerId }),
  };
}

export const keyOf = ({ group, id, port }: Pick<Registration, 'group' | 'id' | 'port'>) =>
  `${group} ${id} ${port ?? ''}`;

/** Whether the group has this target now, draining or not. */
export function find(
  { group, targets }: GroupReading,
  one: Registration,
): TargetHealthDescription | undefined {
  const key = keyOf(one);
  return targets.find(
    ({ Target: t }) => keyOf({ group: group.TargetGroupArn!, id: t?.Id ?? '', ...portOf(t?.Port) }) === key,
  );
}

const portOf = (port: number | undefined) => (port === undefined ? {} : { port });

export interface Remaining {
  /** Targets that get traffic now, and that would without the node. */
  now: number;
  left: number;
  /** Nothing sends to the group. */
  unused: boolean;
}

/** What remains of a group without these targets, and without those that the run has taken already. */
export function remaining(
  { group, targets }: GroupReading,
  own: Registration[],
  taken: Set<string>,
): Remaining {
  const gone = new Set(own.map(keyOf));
  const active = targets
    .filter((described) => !isDraining(described))
    .map(({ Target: t, TargetHealth }) => ({
      key: keyOf({ group: group.TargetGroupArn!, id: t?.Id ?? '', ...portOf(t?.Port) }),
      state: TargetHealth?.State,
    }))
    .filter(({ key }) => !taken.has(key));
  const healthy = active.filter(({ state }) => isServing(state));
  // Where no target is healthy, a balancer sends to all of them.
  const serving = healthy.length > 0 ? healthy : active;
  const left = serving.filter(({ key }) => !gone.has(key)).length;
  return { now: serving.length, left, unused: (group.LoadBalancerArns ?? []).length === 0 };
}

export const toBefore = (found: Registration[]): BeforeState => ({ targets: JSON.stringify(found) });

export function fromBefore(before: BeforeState | undefined): Registration[] | undefined {
  return before?.targets === undefined ? undefined : (JSON.parse(before.targets) as Registration[]);
}

export const namesOf = (found: Registration[]) => [...new Set(found.map(({ name }) => name))].join(', ');
