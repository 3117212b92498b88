import { foldLine } from '../base/fold-names.ts';
import { quote } from '../base/quote.ts';
import { doorsOf, recordOf } from '../host-keys/doors.ts';
import type { Target } from '../kit/types.ts';
import type { KnownHosts } from '../transport/known-hosts/known-hosts.ts';
import type { Judged } from './types.ts';

/** Whether known_hosts has a key, or an authority, for each node and bastion that SSH goes to. */
export function judgeHostKeys(targets: readonly Target[], { record }: KnownHosts, cluster: string): Judged[] {
  const doors = doorsOf(targets);
  const unknown = doors.filter((door) => {
    const { keyTypes, authority } = record(...recordOf(door));
    return keyTypes.length === 0 && !authority;
  });
  if (unknown.length === 0)
    return [{ state: 'green', what: `known_hosts has keys for ${doors.length} hosts` }];
  return [
    {
      state: 'red',
      what: `known_hosts has no key of ${foldLine(unknown.map(({ name }) => name))} (${unknown.length} of ${doors.length} hosts)`,
      next: `fireaxe kit hosts -c ${quote(cluster)}`,
    },
  ];
}
