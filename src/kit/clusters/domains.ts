import type { Domains } from '../../base/fairly.ts';
import { indexOf } from '../cluster-named.ts';
import type { Kit } from '../types.ts';
import type { ClusterEntry } from './types.ts';

/** What a cluster fails together with: its region, and its account there. One outside the cloud is by itself. */
export const domainsOf: Domains<Pick<ClusterEntry, 'name' | 'cloud'>> = ({ name, cloud }) =>
  cloud ? [`in ${cloud.region}`, `in ${cloud.region} by ${cloud.profile}`] : [`${name}`, `${name}`];

/** The same by the names of a kit's clusters. */
export function domainsIn(kit: Pick<Kit, 'clusters' | 'unopened' | 'index'>): Domains<string> {
  const domains = new Map(indexOf(kit).map((entry) => [entry.name, domainsOf(entry)]));
  return (name) => domains.get(name) ?? domainsOf({ name });
}
