import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import type { FleetNode } from '../fleet/types.ts';
import { shardsOf } from './shards.ts';
import type { Bastion, ClusterKit, Target } from './types.ts';

/** How a node is logged in to, and by which transports; without an alias of its host key. */
export type Access = Pick<Target, 'ssh' | 'via'>;

/** Nodes of a cluster, by default all, with what a transport needs to reach them. */
export function targetsOf(cluster: ClusterKit, nodes: readonly FleetNode[] = cluster.fleet.nodes): Target[] {
  const shards = shardsOf(cluster);
  const accessTo = accesses(cluster);
  return nodes.map((node) => {
    const { ssh, via } = accessTo(node);
    const alias = node.hostKeyAlias ?? cluster.ssh.hostKeyAlias?.replaceAll('{name}', node.name);
    const target: Target = {
      ...node,
      port: node.port ?? cluster.ssh.port,
      internalAddress: node.internalAddress ?? node.address,
      ssh: alias === undefined ? ssh : { ...ssh, hostKeyAlias: alias },
      via,
    };
    if (cluster.cloud !== undefined) target.cloud = cluster.cloud;
    const shard = shards.get(node.name);
    if (shard) target.shard = shard;
    return target;
  });
}

/** The different ones of these nodes, by default all: thousands of nodes have a few. */
export function accessesOf(cluster: ClusterKit, meant: (node: FleetNode) => boolean = () => true): Access[] {
  return [...new Set(cluster.fleet.nodes.filter(meant).map(accesses(cluster)))];
}

/** Nodes with the same access share it. */
function accesses(cluster: ClusterKit): (node: FleetNode) => Access {
  const known = new Map<string, Access>();
  return (node) => {
    const { user, jump, via, instanceId } = node;
    const key = `${user} ${jump} ${via} ${instanceId !== undefined}`;
    let access = known.get(key);
    if (!access) {
      access = { ssh: loginOf(node, cluster), via: transportsTo(node, cluster) };
      known.set(key, access);
    }
    return access;
  };
}

function loginOf(node: FleetNode, cluster: ClusterKit): Target['ssh'] {
  const { ssh } = cluster;
  const jump = jumpOf(node, cluster);
  const user = node.user ?? ssh.user;
  return {
    user,
    useAgent: ssh.useAgent,
    sudo: ssh.sudo && user !== 'root',
    ...(ssh.identity === undefined ? {} : { identity: ssh.identity }),
    ...(ssh.certificate === undefined ? {} : { certificate: ssh.certificate }),
    ...(jump === undefined ? {} : { jump }),
  };
}

function jumpOf(node: FleetNode, cluster: ClusterKit): Bastion | undefined {
  const name = node.jump === undefined ? cluster.ssh.jump : node.jump;
  return name === false || name === undefined ? undefined : cluster.bastions[name];
}

/** SSM needs a cloud profile and an instance id: it is left out for a node that has none, unless nothing else is left. */
function transportsTo(node: FleetNode, cluster: ClusterKit): TransportName[] {
  const transports = node.via ?? cluster.via;
  const usable = transports.filter(
    (name) => TRANSPORTS[name].addressedBy !== 'instance-id' || (cluster.cloud && node.instanceId),
  );
  return usable.length > 0 ? usable : transports;
}
