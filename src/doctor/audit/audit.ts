import { isIP } from 'node:net';
import { cloudFiles } from '../../aws/files.ts';
import { spread } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { Finding } from '../types.ts';
import { cloudParts } from './cloud.ts';
import { bastionNeeds, sshConfigParts } from './logins.ts';
import { lookUp } from './look-up.ts';
import { type Machine, machineParts } from './machine.ts';
import { type Places, placesOf } from './places.ts';
import { together, trace } from './trace.ts';
import { type Fault, joined, type Parts } from './types.ts';

/** What the nodes of a cluster told of its DNS. */
export interface ToldOfDns {
  dns: string[];
  domain?: string | undefined;
}

export interface Audited {
  clusters: readonly ClusterKit[];
  told: ReadonlyMap<string, ToldOfDns>;
  machine: Machine;
  env: Record<string, string | undefined>;
  /** Nodes of each cluster for which ssh(1) is asked what it would do. */
  sample: number;
  sshConfig?: string | undefined;
  /** Asks nobody: names are judged by themselves. */
  offline?: boolean;
  find?: typeof lookUp;
}

/** Traces all that the path to each cluster needs: what is in or behind a cluster of the kit is named with its chain. */
export async function audit(audited: Audited): Promise<Finding[]> {
  const { clusters, told, machine, offline = false, find = lookUp } = audited;
  const places = placesOf(
    clusters.map(({ name, fleet, kubernetes }) => ({
      name,
      nodes: fleet.nodes,
      apiAddress: kubernetes.apiserverAddress,
      ...told.get(name),
    })),
  );
  const nodes = clusters.flatMap(({ name: cluster, fleet, via }) =>
    fleet.nodes.map((node) => ({ ...node, cluster, local: (node.via ?? via).includes('local') })),
  );
  const each = await Promise.all(clusters.map((cluster) => partsOf(cluster, audited, places)));
  const { needs, faults } = joined([machineParts(machine, places, nodes), ...each]);
  const distinct = together(needs);
  const lookups = offline
    ? undefined
    : await find(distinct.map(({ host }) => host).filter(isName(places)), machine);
  const traced = distinct.flatMap((need) => {
    if (!lookups && places(need.host) === undefined) return [];
    return trace(need, places, lookups ?? new Map()) ?? [];
  });
  const all = together([...faults, ...traced]);
  if (all.length > 0) return all.map(findingOf);
  const what = `nothing of ${distinct.length} hosts and this machine is in or behind a cluster of the kit`;
  return [{ check: 'dependencies', state: 'green', what }];
}

/** A name that is a cluster's own is not asked for; an address needs no look-up. */
const isName = (places: Places) => (host: string) => isIP(host) === 0 && places(host) === undefined;

async function partsOf(
  cluster: ClusterKit,
  { env, sample, sshConfig }: Audited,
  places: Places,
): Promise<Parts> {
  const parts: Parts[] = [{ needs: bastionNeeds(cluster), faults: [] }];
  if (cluster.cloud) {
    // Files that cannot be read, and an invalid endpoint or proxy, are told by the check of the cloud.
    const files = await cloudFiles(cluster.cloud, env).catch(() => undefined);
    const own = files && (await cloudParts(cluster, files, env, places).catch(() => undefined));
    if (own) parts.push(own);
  }
  const byOpenssh = targetsOf(cluster).filter(({ via }) => via.includes('openssh'));
  if (sshConfig !== undefined && byOpenssh.length > 0)
    parts.push(await sshConfigParts(cluster.name, spread(byOpenssh, sample), sshConfig, { env, places }));
  return joined(parts);
}

function findingOf({ clusters, state, what, chain, mend }: Fault): Finding {
  return { check: 'dependencies', state, what, chain, next: mend, ...(clusters.length > 0 && { clusters }) };
}
