import { usage } from '../../base/errors.ts';
import type { Role } from '../../fleet/types.ts';

const ROLES = ['control-plane', 'etcd', 'worker'] as const;

/** `control-plane=cp-*,masters`: hosts or groups that have a role. */
export function rolesTyped(words: readonly string[]): ReadonlyMap<Role, readonly string[]> {
  const roles = new Map<Role, string[]>();
  for (const word of words) {
    const [name = '', globs = ''] = word.split(/=(.*)/s);
    const role = ROLES.find((one) => one === name);
    const list = listOf(globs);
    if (!role || list.length === 0)
      throw usage(`not a role of hosts: ${word}`, {
        place: '--role',
        expected: "a role and hosts or groups, such as control-plane='cp-*' or worker=kube_node",
      });
    roles.set(role, [...(roles.get(role) ?? []), ...list]);
  }
  return roles;
}

/** Words between commas. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
