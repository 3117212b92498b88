import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { ElbApi } from '../../aws/elb-api.ts';
import type { Route53Api } from '../../aws/route53-api.ts';
import type { TrafficSwitch } from '../../kit/types.ts';
import { healthOf } from './health.ts';
import type { Place } from './place.ts';
import type { Weights } from './weights.ts';

/** A weighted record of Route 53 with a set of each cluster. */
export function recordPlace(
  balancersOf: (arn: string) => Promise<ElbApi>,
  dns: Route53Api,
  at: TrafficSwitch & { record: NonNullable<TrafficSwitch['record']> },
): Place {
  const { zone, name, type } = at.record;
  const clusterOf = new Map(Object.entries(at.sets).map(([cluster, set]) => [set, cluster]));
  const keyOf = ({ SetIdentifier = '' }: ResourceRecordSet) => clusterOf.get(SetIdentifier) ?? SetIdentifier;
  return {
    name: `record ${name} ${type}`,
    most: 255,
    clusters: Object.keys(at.sets),
    ceilings: at.ceilings,
    async read() {
      const sets = (await dns.recordSets(zone, name, type)).filter(({ Weight }) => Weight !== undefined);
      if (sets.length === 0) return undefined;
      const weights: Weights = Object.fromEntries(sets.map((set) => [keyOf(set), set.Weight!]));
      const ttl = Math.max(...sets.map(({ TTL }) => TTL ?? 60));
      return { weights, note: `resolvers keep the former answer for up to ${ttl}s`, raw: sets };
    },
    async write(found, to) {
      const sets = found.raw as ResourceRecordSet[];
      const changes = sets.flatMap((set) => {
        const Weight = to[keyOf(set)];
        return Weight === undefined || Weight === set.Weight ? [] : [{ from: set, to: { ...set, Weight } }];
      });
      await dns.replace(zone, changes);
    },
    async health(cluster) {
      const group = at.groups[cluster];
      return group === undefined ? undefined : healthOf(await balancersOf(group), group);
    },
  };
}
