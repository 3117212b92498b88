import { FireaxeError } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { FleetNode } from '../../fleet/types.ts';
import type { FoundServices } from '../import/kubectl-services.ts';
import type { Service } from './types.ts';

/** A list has no name of its cluster: refuses one whose endpoints are on other nodes, or whose API has another address than before. */
export function refuseOtherCluster(
  { services, nodes }: FoundServices,
  {
    cluster,
    fleet,
    former,
    source,
  }: { cluster: string; fleet: readonly FleetNode[]; former: readonly Service[]; source: string },
): void {
  const refuse = (why: string): never => {
    throw new FireaxeError('guard', `these may be the services of another cluster: ${why}`, {
      place: source,
      expected: `the services of ${cluster}`,
      next: 'compare the context or the file with -c; if it is the right one, add --replace',
    });
  };
  const known = new Set(fleet.map(({ name }) => name));
  if (known.size > 0 && nodes.length > 0 && !nodes.some((name) => known.has(name)))
    refuse(`none of their nodes (${foldLine(nodes.slice(0, 5))}) is in the fleet of ${cluster}`);
  const [was, is] = [apiOf(former), apiOf(services)];
  if (was !== undefined && was !== is)
    refuse(`kubernetes.default has the address ${is}, and had ${was} in the last snapshot`);
}

function apiOf(services: readonly Service[]): string | undefined {
  const api = services.find(({ name, namespace }) => name === 'kubernetes' && namespace === 'default');
  return api && 'addresses' in api ? api.addresses.join(',') : undefined;
}
