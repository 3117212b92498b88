import { isIP } from 'node:net';
import { type FireaxeError, usage } from '../../base/errors.ts';
import { together } from '../../base/together.ts';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import { type Endpoint, nameOf, type Service } from '../services/types.ts';
import { memberPlaces, parseJson } from './json.ts';
import type { SourceText } from './source-text.ts';

export const EXPECTED_SERVICES = 'the output of kubectl get services,endpointslices -A -o json';
const SERVICE_OF = 'kubernetes.io/service-name';

/** The services of a list, and what tells whose cluster it is. */
export interface FoundServices {
  services: Service[];
  /** Names of the nodes that its endpoints are on. */
  nodes: string[];
  /** How many EndpointSlices there are. */
  slices: number;
  /** What was left out, and why. */
  notes: string[];
}

interface Item {
  kind?: unknown;
  metadata?: { name?: unknown; namespace?: unknown; labels?: Record<string, unknown> };
  spec?: { type?: unknown; clusterIP?: unknown; clusterIPs?: unknown; externalName?: unknown };
  addressType?: unknown;
  endpoints?: {
    addresses?: unknown;
    hostname?: unknown;
    nodeName?: unknown;
    conditions?: { ready?: unknown };
  }[];
}

/** Reads services and EndpointSlices as kubectl prints them. Throws all that is wrong with them. */
export function readServiceList(source: SourceText): FoundServices {
  const value = parseJson(source, EXPECTED_SERVICES) as { items?: unknown } | null;
  const items = value?.items;
  if (!Array.isArray(items)) throw wrongList('no list of services', source);
  const places = memberPlaces(source, ['items']);
  const wrong: FireaxeError[] = [];
  const slices = (items as (Item | null)[]).filter((item) => item?.kind === 'EndpointSlice') as Item[];
  const behind = endpointsOf(slices);
  const found = new Map<string, Service>();
  const notes: string[] = [];
  let without = 0;
  for (const [i, item] of (items as (Item | null)[]).entries()) {
    if (item?.kind === 'EndpointSlice') continue;
    const service = serviceOf(item, behind);
    if (typeof service === 'string')
      wrong.push(usage(service, { place: places(i), expected: EXPECTED_SERVICES }));
    else if (service === undefined) without++;
    else if (found.has(nameOf(service)))
      wrong.push(
        usage(`${nameOf(service)} is there twice`, { place: places(i), expected: EXPECTED_SERVICES }),
      );
    else found.set(nameOf(service), service);
  }
  if (wrong.length > 0) throw together(wrong, 'objects that are not services');
  // Every cluster has it.
  if (!found.has('kubernetes.default'))
    throw wrongList('the service kubernetes of the namespace default is missing', source);
  const services = [...found.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  if (without > 0) notes.push(`${without} services without an address were left out`);
  const bare = services.filter((one) => 'endpoints' in one).length;
  if (bare > 0 && slices.length === 0)
    notes.push(`no EndpointSlice is in it, so ${bare} headless services have no addresses`);
  const nodes = nodesOf(slices);
  if (nodes.length === 0) notes.push('no node is named in it: nothing tells whose services these are');
  return { services, nodes, slices: slices.length, notes };
}

const wrongList = (message: string, { file }: SourceText): FireaxeError =>
  usage(message, {
    place: `${file}:1:1`,
    expected: EXPECTED_SERVICES,
    next: 'kubectl get services,endpointslices -A -o json >services.json, then --kubectl services.json',
  });

/** A service, what is wrong with it, or nothing where it has no address yet. */
function serviceOf(item: Item | null, behind: Map<string, Endpoint[]>): Service | string | undefined {
  const { kind, metadata, spec } = item ?? {};
  const { name, namespace } = metadata ?? {};
  if (kind !== 'Service') return kind === undefined ? 'not a service' : `a ${String(kind)}, not a service`;
  if (typeof name !== 'string' || typeof namespace !== 'string')
    return 'a service without metadata.name or metadata.namespace';
  const own = { name, namespace };
  if (spec?.type === 'ExternalName')
    return typeof spec.externalName === 'string'
      ? { ...own, externalName: spec.externalName }
      : `${name}.${namespace} has no spec.externalName`;
  const given = Array.isArray(spec?.clusterIPs) ? spec.clusterIPs : [spec?.clusterIP];
  if (given[0] === 'None') return { ...own, endpoints: behind.get(`${name}.${namespace}`) ?? [] };
  const addresses = given.filter((one): one is string => typeof one === 'string' && isIP(one) !== 0);
  return addresses.length > 0 ? { ...own, addresses: addresses.map(canonicalAddress) } : undefined;
}

/** Ready addresses by the name of their service; those of FQDN slices are names. */
function endpointsOf(slices: readonly Item[]): Map<string, Endpoint[]> {
  const behind = new Map<string, Map<string, Endpoint>>();
  for (const { metadata, endpoints } of slices) {
    const of = `${metadata?.labels?.[SERVICE_OF]}.${metadata?.namespace}`;
    const list = behind.get(of) ?? new Map<string, Endpoint>();
    behind.set(of, list);
    for (const { addresses, hostname, conditions } of listOf(endpoints)) {
      if (conditions?.ready === false || !Array.isArray(addresses)) continue;
      for (const text of addresses) {
        if (typeof text !== 'string' || isIP(text) === 0) continue;
        const address = canonicalAddress(text);
        // Pods in the network of one host share its address.
        if (typeof hostname === 'string' && hostname !== '')
          list.set(`${address} ${hostname}`, { address, hostname });
        else list.set(address, { address });
      }
    }
  }
  const sorted = (all: Map<string, Endpoint>) =>
    [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  return new Map([...behind].map(([name, all]) => [name, sorted(all)]));
}

const nodesOf = (slices: readonly Item[]): string[] => [
  ...new Set(
    slices.flatMap(({ endpoints }) =>
      listOf(endpoints).flatMap(({ nodeName }) => (typeof nodeName === 'string' ? [nodeName] : [])),
    ),
  ),
];

const listOf = (endpoints: Item['endpoints']) =>
  Array.isArray(endpoints) ? endpoints.filter((one) => one !== null && typeof one === 'object') : [];
