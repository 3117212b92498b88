import type { TrafficSwitch } from '../../kit/types.ts';
import type { BalancerWorld } from '../cloud/elb/world.ts';
import type { DnsWorld } from '../cloud/route53/world.ts';
import type { Site } from '../site.ts';
import type { LabNode } from '../types.ts';

const ZONE = 'ZLABSHOP';
const NAME = 'shop.example.com';
/** Weight of each cluster at first, and the TTL of the record in real seconds. */
const WEIGHT = 100;
export const TTL_S = 30;

/** A cluster as the record and its target group name it. */
export interface Served {
  site: Site;
  workers: readonly LabNode[];
}

/** A weighted record of Route 53 with a set of each cluster, and a target group of its workers for its health. */
export function weightedRecord(clusters: readonly Served[]) {
  const name = ({ site }: Served) => site.cluster;
  const groupArn = ({ site }: Served, n: number) =>
    `arn:aws:elasticloadbalancing:${site.region}:000000000000:targetgroup/${site.cluster}/00000000000000${10 + n}`;
  const dns: DnsWorld = {
    zones: {
      [ZONE]: clusters.map((cluster, n) => ({
        name: `${NAME}.`,
        type: 'A',
        set: name(cluster),
        weight: WEIGHT,
        ttl: TTL_S,
        values: [`192.0.2.${n + 1}`],
      })),
    },
  };
  const balancers: BalancerWorld = {
    groups: clusters.map((cluster, n) => ({
      arn: groupArn(cluster, n),
      name: name(cluster),
      type: 'instance',
      port: 443,
      protocol: 'TCP',
      balancers: [
        `arn:aws:elasticloadbalancing:${cluster.site.region}:000000000000:loadbalancer/net/${n + 1}`,
      ],
      drainSeconds: 0,
      targets: cluster.workers.map(({ spec }) => ({
        id: spec.instanceId,
        port: 443,
        zone: spec.zone,
        state: 'healthy',
      })),
    })),
    forwards: [],
    drainMs: 0,
    checkMs: 0,
  };
  const traffic: Partial<TrafficSwitch> = {
    record: { zone: ZONE, name: NAME, type: 'A' },
    sets: Object.fromEntries(clusters.map((cluster) => [name(cluster), name(cluster)])),
    groups: Object.fromEntries(clusters.map((cluster, n) => [name(cluster), groupArn(cluster, n)])),
    ceilings: Object.fromEntries(clusters.map((cluster) => [name(cluster), 100])),
  };
  return {
    dns,
    balancers,
    traffic,
    weights: () => Object.fromEntries(dns.zones[ZONE]!.map(({ set, weight }) => [set, weight])),
    /** The health checks of a target: what they find now. */
    found(instanceId: string, healthy: boolean) {
      for (const { targets } of balancers.groups)
        for (const target of targets)
          if (target.id === instanceId && target.state !== 'draining')
            target.state = healthy ? 'healthy' : 'unhealthy';
    },
  };
}
