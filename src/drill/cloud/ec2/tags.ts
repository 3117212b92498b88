import { CloudError } from '../errors.ts';
import { listOf, type QueryParameters, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { ServiceDeps } from '../service.ts';
import { requireKnown } from './describe.ts';
import { dryRunEnds } from './dry-run.ts';
import { filtered } from './network/filter.ts';
import type { CloudNetwork } from './network/world.ts';

/** Tags of instances and of what networks are made of. */
export function tagOperations({ world }: Pick<ServiceDeps, 'world'>): QueryOperations {
  const tagged = (parameters: QueryParameters): Tagged[] => {
    required(parameters, 'ResourceId.1');
    const ids = listOf(parameters, 'ResourceId');
    requireKnown(
      world.instances(),
      ids.filter((id) => id.startsWith('i-')),
    );
    const known = [...world.instances(), ...inNetwork(world.network)];
    const found = ids.map((id) => known.find((one) => one.id === id) ?? unknown(id));
    dryRunEnds(parameters);
    return found;
  };
  return {
    DescribeTags(parameters) {
      const all = [...world.instances(), ...inNetwork(world.network)].flatMap(({ id, tags }) =>
        Object.entries(tags).map(([key, value]) => ({
          resourceId: id,
          resourceType: typeOf(id),
          key,
          value,
        })),
      );
      dryRunEnds(parameters);
      return {
        tagSet: filtered(parameters, all, ({ resourceId, resourceType, key, value }) => ({
          key: [key],
          value: [value],
          'resource-id': [resourceId],
          'resource-type': [resourceType],
        })),
      };
    },
    CreateTags(parameters) {
      for (const { tags } of tagged(parameters)) Object.assign(tags, Object.fromEntries(pairsOf(parameters)));
      return { return: true };
    },
    DeleteTags(parameters) {
      // With a value, the tag goes only while it has that value.
      for (const { tags } of tagged(parameters))
        for (const [key, value] of pairsOf(parameters))
          if (value === undefined || tags[key] === value) delete tags[key];
      return { return: true };
    },
  };
}

interface Tagged {
  id: string;
  tags: Record<string, string>;
}

function inNetwork(network: CloudNetwork | undefined): Tagged[] {
  const { acls = [], groups = [], prefixLists = [] } = network ?? {};
  return [...acls, ...groups, ...prefixLists, ...groups.flatMap(({ rules }) => rules)];
}

const TYPES: Record<string, string> = {
  i: 'instance',
  acl: 'network-acl',
  sg: 'security-group',
  sgr: 'security-group-rule',
  pl: 'prefix-list',
};

const typeOf = (id: string) => TYPES[id.split('-')[0]!] ?? '';

function unknown(id: string): never {
  throw new CloudError('InvalidID', `The ID '${id}' is not valid`);
}

function pairsOf(parameters: QueryParameters): [string, string | undefined][] {
  const pairs: [string, string | undefined][] = [];
  for (let i = 1; parameters.has(`Tag.${i}.Key`); i++)
    pairs.push([parameters.get(`Tag.${i}.Key`)!, parameters.get(`Tag.${i}.Value`)]);
  return pairs;
}
