import { type FireaxeError, usage } from '../../base/errors.ts';
import { refusals } from '../../base/together.ts';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import { HOSTNAME } from '../../fleet/labels.ts';
import type { LoginAddress } from '../../fleet/login-address.ts';
import type { Role } from '../../fleet/types.ts';
import { globMatches } from '../clusters/glob.ts';
import type { ClusterKit } from '../types.ts';
import { addressesOf, bySystem, type Resolve } from './resolve.ts';
import type { Found, ImportedNode, Inventory } from './types.ts';

export interface Taking {
  cluster: Pick<ClusterKit, 'name' | 'bastions' | 'ssh'>;
  /** Names and globs of hosts or groups; without them all are taken. */
  only?: readonly string[] | undefined;
  /** Names and globs of hosts or groups for each role, before what the source says. */
  roles?: ReadonlyMap<Role, readonly string[]> | undefined;
  resolve?: Resolve;
  /** For all names together. */
  resolveMs?: number;
}

/** The machines of a source as nodes of a cluster. Throws all that stands against any of them. */
export async function nodesOf(
  { nodes, wrong: misread = [] }: Inventory,
  taking: Taking,
): Promise<ImportedNode[]> {
  const { cluster, only, roles, resolve = bySystem, resolveMs = 30_000 } = taking;
  const refused = refusals();
  for (const error of misread) refused.add(error);
  for (const glob of [...(only ?? []), ...[...(roles?.values() ?? [])].flat()])
    if (!nodes.some((node) => isMeant([glob], node))) refused.add(matchesNothing(glob, nodes));
  const taken = only ? nodes.filter((node) => isMeant(only, node)) : nodes;
  const hosts = taken.flatMap((node) => {
    const { jump } = node;
    return [
      node,
      ...(typeof jump === 'object'
        ? [{ ...node, host: jump.host, name: `the jump host of ${node.name}` }]
        : []),
    ];
  });
  const { addresses, wrong } = await addressesOf(hosts, resolve, resolveMs);
  for (const error of wrong) refused.add(error);

  const made: ImportedNode[] = [];
  const doors = new Map<string, Found>();
  for (const node of taken) {
    const problem = nameProblem(node.name);
    if (problem)
      refused.add(usage(problem, { place: node.place(), expected: 'letters, digits and ._-, at most 253' }));
    const address = addresses.get(node.host);
    if (address === undefined) continue;
    const door = `${canonicalAddress(address)} port ${node.port ?? cluster.ssh.port}`;
    const other = doors.get(door);
    if (other) refused.add(sameDoor(node, door, other));
    doors.set(door, node);
    const jump = jumpOf(node, cluster, addresses);
    if (jump instanceof Error) refused.add(jump);
    else made.push(nodeOf(node, { address, roles: rolesOf(node, roles), jump }, cluster.name));
  }
  refused.end('mistakes; nothing was written');
  return made;
}

function nodeOf(
  found: Found,
  { address, roles, jump }: { address: string; roles: Role[] | undefined; jump: string | false | undefined },
  cluster: string,
): ImportedNode {
  const { name, host, port, user, hostKeyAlias, internalAddress, instanceId, machineId, via, labels } = found;
  return {
    name,
    cluster,
    ...(roles && { roles }),
    address,
    ...(port !== undefined && { port }),
    ...(internalAddress !== undefined && { internalAddress }),
    labels: host === address || Object.hasOwn(labels, HOSTNAME) ? labels : { ...labels, [HOSTNAME]: host },
    ...(instanceId !== undefined && { instanceId }),
    ...(machineId !== undefined && { machineId }),
    ...(user !== undefined && { user }),
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    ...(jump !== undefined && { jump }),
    ...(via && { via }),
  };
}

function isMeant(globs: readonly string[], { name, groups }: Found): boolean {
  return globs.some((glob) => [name, ...groups].some((word) => globMatches(glob, word)));
}

/** What the flags say of a host, else the source. */
function rolesOf(node: Found, byFlag: Taking['roles']): Role[] | undefined {
  const flagged = [...(byFlag ?? [])].flatMap(([role, globs]) => (isMeant(globs, node) ? [role] : []));
  return flagged.length > 0 ? flagged : node.roles;
}

function jumpOf(
  { name, jump, place }: Found,
  { bastions, ssh }: Taking['cluster'],
  addresses: ReadonlyMap<string, string>,
): string | false | undefined | FireaxeError {
  if (typeof jump !== 'object') {
    if (typeof jump !== 'string' || Object.hasOwn(bastions, jump)) return jump;
    return usage(`unknown bastion ${jump} of ${name}`, {
      place: place(),
      expected:
        Object.keys(bastions).length > 0
          ? `one of ${Object.keys(bastions).join(', ')}`
          : 'a bastion in kit.yaml',
    });
  }
  const address = addresses.get(jump.host);
  // Told already: its name does not resolve.
  if (address === undefined) return undefined;
  const known = Object.values(bastions).find(
    (one) =>
      canonicalAddress(one.address) === canonicalAddress(address) &&
      one.port === (jump.port ?? 22) &&
      (jump.user === undefined || jump.user === one.user),
  );
  if (known) return known.name === ssh.jump ? undefined : known.name;
  return usage(`the jump host ${jump.host} is not a bastion of the cluster`, {
    place: place(),
    expected: `below its bastions in kit.yaml: bastion-a: ${bastionLine(jump, address)}`,
  });
}

const bastionLine = ({ port, user }: LoginAddress, address: string): string =>
  `{ address: ${address.includes(':') ? JSON.stringify(address) : address}${port === undefined ? '' : `, port: ${port}`}${user === undefined ? '' : `, user: ${user}`} }`;

function nameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(name)) return undefined;
  return `${JSON.stringify(name.slice(0, 80))} is not a node name`;
}

const sameDoor = (node: Found, door: string, other: Found): FireaxeError =>
  usage(`${node.name}: ${door} is already ${other.name}'s`, {
    place: node.place(),
    expected: `one address for each machine: ${other.name} stands at ${other.place()}`,
  });

function matchesNothing(glob: string, nodes: Found[]): FireaxeError {
  const names = nodes.slice(0, 5).map(({ name }) => name);
  const groups = [...new Set(nodes.flatMap((node) => node.groups))].slice(0, 10);
  return usage(`no host and no group matches ${glob}`, {
    place: glob,
    expected: `hosts such as ${names.join(', ')}${groups.length > 0 ? `; groups ${groups.join(', ')}` : ''}`,
  });
}
