import type { LabNetwork, LabNode } from '../../types.ts';

/** An established connection as one end sees it. */
export interface Socket {
  localAddress: string;
  localPort: number;
  peerAddress: string;
  peerPort: number;
  pid?: number;
  sent: number;
  received: number;
  close(): void;
}

export function socketsOf(node: LabNode, network: LabNetwork): Socket[] {
  return network.connections(node).flatMap((connection) => {
    const client = {
      address: connection.from.spec.address,
      port: connection.fromPort,
      ...(connection.pid !== undefined && { pid: connection.pid }),
    };
    const server = { address: connection.to.spec.address, port: connection.toPort };
    const close = () => connection.close();
    const { sent, received } = connection.bytes?.() ?? { sent: 0, received: 0 };
    const ends: Socket[] = [];
    // A machine that talks to itself has both ends.
    if (connection.from === node)
      ends.push({ ...endOf(client, server), ...pidOf(client), sent, received, close });
    if (connection.to === node)
      ends.push({ ...endOf(server, client), sent: received, received: sent, close });
    return ends;
  });
}

interface End {
  address: string;
  port: number;
  pid?: number;
}

function endOf(local: End, peer: End) {
  return {
    localAddress: local.address,
    localPort: local.port,
    peerAddress: peer.address,
    peerPort: peer.port,
  };
}

function pidOf(end: End): { pid?: number } {
  return end.pid === undefined ? {} : { pid: end.pid };
}
