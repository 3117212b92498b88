import { FireaxeError } from '../../base/errors.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { FleetNode } from '../../fleet/types.ts';
import type { FoundServices } from '../import/kubectl-services.ts';
import { nameOf, type Service } from './types.ts';

/** Of a few services more than half may go in a day. */
const FEW = 3;

/** A list has no name of its cluster, and does not tell what it lacks: refuses what may be of another cluster, or a part alone. */
export function refuseOthersAndParts(
  { services, nodes, slices }: FoundServices,
  {
    cluster,
    fleet,
    former,
    source,
  }: { cluster: string; fleet: readonly FleetNode[]; former: readonly Service[]; source: string },
): void {
  const refuse = (what: string, why: string): never => {
    throw new FireaxeError('guard', `${what}: ${why}`, {
      place: source,
      expected: `all services and EndpointSlices of ${cluster}`,
      next: 'compare the context or the file with -c; if it is the right one and whole, add --replace',
    });
  };
  const OTHER = 'these may be the services of another cluster';
  const PART = 'this may be a part of the services';
  const known = new Set(fleet.map(({ name }) => name));
  const strangers = nodes.filter((name) => !known.has(name));
  if (known.size > 0 && 2 * strangers.length > nodes.length)
    refuse(
      OTHER,
      `of the ${nodes.length} nodes that it names the fleet of ${cluster} lacks ${strangers.length}: ${foldLine(strangers.slice(0, 5))}`,
    );
  const [was, is] = [apiOf(former), apiOf(services)];
  if (was !== undefined && was !== is)
    refuse(OTHER, `kubernetes.default has the address ${is}, and had ${was} in the last snapshot`);
  const left = new Set(services.map(nameOf));
  const gone = former.filter((one) => !left.has(nameOf(one)));
  if (gone.length > FEW && 2 * gone.length > former.length)
    refuse(PART, `${gone.length} of the ${former.length} services of the last snapshot are not in it`);
  const behind = former.filter((one) => 'endpoints' in one && one.endpoints.length > 0);
  if (slices === 0 && behind.length > 0)
    refuse(PART, `it has no EndpointSlice, and ${behind.length} headless services had addresses`);
}

function apiOf(services: readonly Service[]): string | undefined {
  const api = services.find(({ name, namespace }) => name === 'kubernetes' && namespace === 'default');
  return api && 'addresses' in api ? api.addresses.join(',') : undefined;
}
