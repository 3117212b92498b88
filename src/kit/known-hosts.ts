import type { Kit } from './types.ts';

/** The known_hosts files of a kit and of its opened clusters. */
export function knownHostsOf({ knownHosts, clusters }: Pick<Kit, 'knownHosts' | 'clusters'>): string[] {
  return [
    ...new Set([...knownHosts, ...Object.values(clusters).flatMap((cluster) => cluster.knownHosts ?? [])]),
  ];
}
