import { isLoopback, type Places, USUAL_DNS } from './places.ts';
import type { Fault, Need, Parts } from './types.ts';

/** This machine, as its files and environment tell it. */
export interface Machine {
  /** What shows that it is a pod. */
  pod?: string | undefined;
  machineId?: string | undefined;
  addresses: string[];
  resolvers: string[];
  search: string[];
  /** The hosts file: name → addresses. */
  hosts: ReadonlyMap<string, string[]>;
  gateways: string[];
  /** File systems that a server holds, by what needs them: `the kit`. */
  mounts: { holds: string; type: string; source: string; host: string }[];
  /** The address from which this session comes over SSH. */
  client?: string | undefined;
  agent?: string | undefined;
}

const OUTSIDE = 'run Fireaxe on a machine outside of every cluster: a laptop, a bastion';

/** What the machine that Fireaxe runs on needs itself. `local` names nodes that are reached as this machine. */
export function machineParts(
  machine: Machine,
  places: Places,
  nodes: readonly { name: string; cluster: string; address: string; machineId?: string; local: boolean }[],
): Parts {
  const faults: Fault[] = [];
  const fault = (what: string, chain: string[], mend: string, state: Fault['state'] = 'red') =>
    faults.push({ clusters: [], state, what, chain: ['this machine', ...chain], mend });

  if (machine.pod !== undefined)
    fault('Fireaxe runs in a pod', [machine.pod, 'a pod, which needs its node and its cluster'], OUTSIDE);
  const { machineId } = machine;
  // A node at a loopback address is a lab on this machine.
  const same = nodes.find(
    (node) => machineId !== undefined && node.machineId === machineId && !isLoopback(node.address),
  );
  const address = machine.addresses.find((one) => places(one)?.startsWith('node '));
  const self = same ? `node ${same.name} of ${same.cluster}` : address && places(address);
  // Where a cluster is saved from its own host, that is said in the kit.
  const meant = nodes.some(({ local, name, cluster }) => local && self === `node ${name} of ${cluster}`);
  if (self !== undefined)
    fault(
      `this machine is ${self}`,
      [machineId && same ? machineId : address!, self],
      OUTSIDE,
      meant ? 'amber' : 'red',
    );

  for (const server of machine.resolvers) {
    const usual = USUAL_DNS.find(([one]) => one === server);
    const inside = places(server) ?? (usual && `the usual DNS of a cluster (${usual[1]})`);
    if (inside)
      fault(`names are resolved by ${server}: ${inside}`, ['/etc/resolv.conf', server, inside], RESOLVER);
  }
  const domain = machine.search.find((one) => /(^|\.)svc(\.|$)|(^|\.)cluster\.local$/.test(one));
  if (domain !== undefined)
    fault(
      `names are searched in ${domain}`,
      ['/etc/resolv.conf', `search ${domain}`, 'the DNS of a cluster'],
      RESOLVER,
    );
  for (const gateway of new Set(machine.gateways)) {
    const inside = places(gateway);
    if (inside)
      fault(`the route out goes through ${gateway}: ${inside}`, ['the route', gateway, inside], OUTSIDE);
  }
  if (machine.client !== undefined && machine.agent && /^\/tmp\/ssh-|\/\.ssh\/agent\//.test(machine.agent))
    fault(
      `the SSH agent is that of the machine at ${machine.client}, and ends with this session`,
      ['SSH_AUTH_SOCK', machine.agent, machine.client],
      'have the key on this machine: ssh-agent, ssh-add',
      'amber',
    );
  return { needs: hostsOf(machine), faults };
}

const RESOLVER = 'name a resolver outside of every cluster in /etc/resolv.conf';

function hostsOf({ client, mounts }: Machine): Need[] {
  const base = { clusters: [] };
  return [
    ...(client === undefined || isLoopback(client)
      ? []
      : [
          {
            ...base,
            host: client,
            chain: ['this machine', 'this session over SSH'],
            mend: `log in without that hop; ${OUTSIDE}`,
          },
        ]),
    ...mounts.map(({ holds, type, source, host }) => ({
      ...base,
      host,
      chain: ['this machine', holds, `${type} ${source}`],
      mend: `keep ${holds} on a disk of this machine`,
    })),
  ];
}
