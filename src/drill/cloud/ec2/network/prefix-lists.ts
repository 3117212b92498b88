import { setTimeout as delay } from 'node:timers/promises';
import { CloudError } from '../../errors.ts';
import { type QueryParameters, required } from '../../query/parameters.ts';
import type { QueryOperations } from '../../query/service.ts';
import type { ServiceDeps } from '../../service.ts';
import { ACCOUNT } from '../describe.ts';
import { dryRunEnds } from '../dry-run.ts';
import { filtered, tagSet, tagValues } from './filter.ts';
import type { CloudPrefixList } from './world.ts';

/** Entries that a request adds or removes. */
const MOST_CHANGED = 100;

/** Customer-managed prefix lists: every change needs the version that it was made from. */
export function prefixListOperations({ world }: ServiceDeps): QueryOperations {
  const all = () => world.network?.prefixLists ?? [];
  const one = (parameters: QueryParameters) => {
    const id = required(parameters, 'PrefixListId');
    const list = all().find((each) => each.id === id);
    if (!list)
      throw new CloudError('InvalidPrefixListID.NotFound', `The prefix list ID '${id}' does not exist`);
    return list;
  };
  return {
    DescribeManagedPrefixLists: (parameters) => ({
      prefixListSet: filtered(parameters, all(), (list) => ({
        'prefix-list-id': [list.id],
        'prefix-list-name': [list.name],
        'owner-id': [list.owner ?? ACCOUNT],
        ...tagValues(list.tags),
      })).map(listValue),
    }),
    GetManagedPrefixListEntries: (parameters) => ({
      entrySet: one(parameters).entries.map((e) => ({ ...e })),
    }),
    GetManagedPrefixListAssociations: (parameters) => ({
      prefixListAssociationSet: one(parameters).users.map((resourceId) => ({
        resourceId,
        resourceOwner: ACCOUNT,
      })),
    }),
    ModifyManagedPrefixList: (parameters) => {
      const list = one(parameters);
      dryRunEnds(parameters);
      if (list.state.endsWith('-in-progress'))
        throw new CloudError('IncorrectState', `The prefix list ${list.id} is in state ${list.state}`);
      if (Number(parameters.get('CurrentVersion')) !== list.version)
        throw new CloudError(
          'PrefixListVersionMismatch',
          `The prefix list has the incorrect version number. The current version is ${list.version}.`,
        );
      const removed = entriesOf(parameters, 'RemoveEntry').map(({ cidr }) => cidr);
      const added = entriesOf(parameters, 'AddEntry');
      if (Math.max(removed.length, added.length) > MOST_CHANGED)
        throw new CloudError('InvalidParameterValue', `At most ${MOST_CHANGED} entries in a request.`);
      for (const cidr of removed)
        if (!list.entries.some((entry) => entry.cidr === cidr))
          throw new CloudError('InvalidPrefixListModification', `The entry ${cidr} does not exist`);
      list.entries = [...list.entries.filter(({ cidr }) => !removed.includes(cidr)), ...added];
      list.version += 1;
      list.state = 'modify-in-progress';
      void delay(world.network?.prefixListMs ?? 20).then(() => {
        list.state = 'modify-complete';
      });
      return { prefixList: listValue(list) };
    },
  };
}

function entriesOf(parameters: QueryParameters, name: string): CloudPrefixList['entries'] {
  const entries: CloudPrefixList['entries'] = [];
  for (let n = 1; parameters.has(`${name}.${n}.Cidr`); n++) {
    const description = parameters.get(`${name}.${n}.Description`);
    entries.push({
      cidr: parameters.get(`${name}.${n}.Cidr`)!,
      ...(description !== undefined && { description }),
    });
  }
  return entries;
}

function listValue({ id, name, version, state, tags, owner, entries }: CloudPrefixList) {
  return {
    prefixListId: id,
    prefixListName: name,
    addressFamily: entries.some(({ cidr }) => cidr.includes(':')) ? 'IPv6' : 'IPv4',
    state,
    version,
    maxEntries: 60,
    ownerId: owner ?? ACCOUNT,
    tagSet: tagSet(tags),
  };
}
