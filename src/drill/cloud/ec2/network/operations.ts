import type { QueryOperations } from '../../query/service.ts';
import type { ServiceDeps } from '../../service.ts';
import { aclOperations } from './acls.ts';
import { groupOperations } from './groups.ts';
import { placeOperations } from './places.ts';
import { prefixListOperations } from './prefix-lists.ts';

/** What EC2 does with networks. */
export function networkOperations(deps: ServiceDeps): QueryOperations {
  return {
    ...placeOperations(deps),
    ...aclOperations(deps),
    ...groupOperations(deps),
    ...prefixListOperations(deps),
  };
}
