import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { Bastion, ClusterKit, Target } from './types.ts';

/** All nodes of a cluster with what a transport needs to reach them. */
export function targetsOf(cluster: ClusterKit): Target[] {
  return cluster.fleet.nodes.map((node) => targetOf(node, cluster));
}

function targetOf(node: FleetNode, cluster: ClusterKit): Target {
  const { ssh } = cluster;
  const jump = jumpOf(node, cluster);
  const user = node.user ?? ssh.user;
  return {
    ...node,
    port: node.port ?? ssh.port,
    internalAddress: node.internalAddress ?? node.address,
    ssh: {
      user,
      useAgent: ssh.useAgent,
      sudo: ssh.sudo && user !== 'root',
      ...(ssh.identity === undefined ? {} : { identity: ssh.identity }),
      ...(jump === undefined ? {} : { jump }),
    },
    via: transportsTo(node, cluster),
    ...(cluster.cloud === undefined ? {} : { cloud: cluster.cloud }),
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
