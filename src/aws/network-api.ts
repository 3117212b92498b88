import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import type { Env } from './files.ts';
import { type AclsApi, aclsApi } from './network/acls.ts';
import { type Change, networkCaller } from './network/caller.ts';
import { type GroupsApi, groupsApi } from './network/groups.ts';
import { type PlacesApi, placesApi } from './network/places.ts';
import { type PrefixListsApi, prefixListsApi } from './network/prefix-lists.ts';
import { type TagsApi, tagsApi } from './network/tags.ts';
import type { Patience } from './patience.ts';

/** What Fireaxe asks of EC2 about networks. Lists are whole: every page is read. */
export interface NetworkApi extends PlacesApi, TagsApi, AclsApi, GroupsApi, PrefixListsApi {
  /** Which of these changes the credentials do not allow. */
  notAllowed(changes: Record<string, Change>): Promise<string[]>;
  close(): void;
}

export async function networkApi(
  profile: CloudProfile,
  patience: Patience,
  env: Env = process.env,
  onTrace?: OnTrace,
): Promise<NetworkApi> {
  const caller = await networkCaller(profile, patience, env, onTrace);
  const { notAllowed, close } = caller;
  return {
    ...placesApi(caller),
    ...tagsApi(caller),
    ...aclsApi(caller),
    ...groupsApi(caller),
    ...prefixListsApi(caller),
    notAllowed,
    close,
  };
}
