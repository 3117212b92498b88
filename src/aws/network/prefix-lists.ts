import type { ManagedPrefixList, PrefixListAssociation, PrefixListEntry } from '@aws-sdk/client-ec2';
import { type Caller, dry, type Filters, filtersOf, SMALL_PAGE } from './caller.ts';

/** Managed prefix lists and their entries. */
export interface PrefixListsApi {
  prefixLists(filters: Filters): Promise<ManagedPrefixList[]>;
  prefixEntries(list: string): Promise<PrefixListEntry[]>;
  prefixUsers(list: string): Promise<PrefixListAssociation[]>;
  modifyPrefixList(
    list: { id: string; version: number },
    change: { add?: PrefixListEntry[]; remove?: string[] },
    dryRun?: boolean,
  ): Promise<unknown>;
}

export function prefixListsApi({ sdk, send, every }: Caller): PrefixListsApi {
  return {
    prefixLists: (filters) =>
      every(
        'DescribeManagedPrefixLists',
        async (more) => {
          const input = { Filters: filtersOf(filters), ...more };
          const answer = await send(new sdk.DescribeManagedPrefixListsCommand(input));
          return { list: answer.PrefixLists, token: answer.NextToken };
        },
        SMALL_PAGE,
      ),
    prefixEntries: (list) =>
      every(
        'GetManagedPrefixListEntries',
        async (more) => {
          const input = { PrefixListId: list, ...more };
          const answer = await send(new sdk.GetManagedPrefixListEntriesCommand(input));
          return { list: answer.Entries, token: answer.NextToken };
        },
        SMALL_PAGE,
      ),
    prefixUsers: (list) =>
      every(
        'GetManagedPrefixListAssociations',
        async (more) => {
          const input = { PrefixListId: list, ...more };
          const answer = await send(new sdk.GetManagedPrefixListAssociationsCommand(input));
          return { list: answer.PrefixListAssociations, token: answer.NextToken };
        },
        SMALL_PAGE,
      ),
    modifyPrefixList: ({ id, version }, { add = [], remove = [] }, dryRun) =>
      send(
        new sdk.ModifyManagedPrefixListCommand({
          PrefixListId: id,
          CurrentVersion: version,
          ...(add.length > 0 && {
            AddEntries: add.map(({ Cidr, Description }) => ({
              Cidr,
              ...(Description && { Description }),
            })),
          }),
          ...(remove.length > 0 && { RemoveEntries: remove.map((Cidr) => ({ Cidr })) }),
          ...dry(dryRun),
        }),
      ),
  };
}
