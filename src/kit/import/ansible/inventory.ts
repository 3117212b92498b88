/** A value, and where it stands. */
export interface Var {
  value: unknown;
  place(): string;
}

export interface Group {
  hosts: Set<string>;
  children: Set<string>;
  vars: Map<string, Var>;
  place(): string;
}

export interface Host {
  vars: Map<string, Var>;
  place(): string;
}

/** What the forms of an inventory have in common. */
export interface AnsibleInventory {
  groups: Map<string, Group>;
  hosts: Map<string, Host>;
}

export const emptyInventory = (): AnsibleInventory => ({ groups: new Map(), hosts: new Map() });

export function groupIn({ groups }: AnsibleInventory, name: string, place: () => string): Group {
  const known = groups.get(name);
  if (known) return known;
  const made: Group = { hosts: new Set(), children: new Set(), vars: new Map(), place };
  groups.set(name, made);
  return made;
}

export function hostIn({ hosts }: AnsibleInventory, name: string, place: () => string): Host {
  const known = hosts.get(name);
  if (known) return known;
  const made: Host = { vars: new Map(), place };
  hosts.set(name, made);
  return made;
}

/** All groups of each host, those that hold a group of it too, from the outermost. */
export function groupsOfHosts({ groups, hosts }: AnsibleInventory): Map<string, string[]> {
  const depths = depthsOf(groups);
  const parents = new Map<string, string[]>();
  for (const [name, { children }] of groups)
    for (const child of children) parents.set(child, [...(parents.get(child) ?? []), name]);
  const above = new Map<string, Set<string>>();
  const allAbove = (name: string): Set<string> => {
    const known = above.get(name);
    if (known) return known;
    const found = new Set([name]);
    above.set(name, found);
    for (const parent of parents.get(name) ?? []) for (const one of allAbove(parent)) found.add(one);
    return found;
  };
  const of = new Map<string, Set<string>>([...hosts.keys()].map((host) => [host, new Set(['all'])]));
  for (const [name, group] of groups)
    for (const host of group.hosts) for (const one of allAbove(name)) of.get(host)?.add(one);
  const order = (a: string, b: string) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || (a < b ? -1 : 1);
  return new Map([...of].map(([host, names]) => [host, [...names].sort(order)]));
}

/** How far below `all` each group stands: the values of a deeper one win. */
function depthsOf(groups: AnsibleInventory['groups']): Map<string, number> {
  const depths = new Map<string, number>([...groups.keys()].map((name) => [name, name === 'all' ? 0 : 1]));
  // At most as many rounds as there are groups: a circle ends, too.
  for (let round = 0, moved = true; moved && round < groups.size; round++) {
    moved = false;
    for (const [name, { children }] of groups) {
      for (const child of children) {
        const least = depths.get(name)! + 1;
        if ((depths.get(child) ?? 0) >= least) continue;
        depths.set(child, least);
        moved = true;
      }
    }
  }
  return depths;
}
