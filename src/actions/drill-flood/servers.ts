import { type FireaxeError, usage } from '../../base/errors.ts';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import type { FleetNode } from '../../fleet/types.ts';

const controlPlane = (nodes: readonly FleetNode[]) =>
  nodes.filter(({ roles }) => roles.includes('control-plane'));

/** The addresses of the cluster's own API servers and nothing else; sorted, so that all nodes get the same text. */
export function serversOf(nodes: readonly FleetNode[]): string[] {
  return [...new Set(controlPlane(nodes).map((node) => node.internalAddress ?? node.address))].sort();
}

/** Why the address at which Fireaxe reaches a control-plane node may be another machine's, as workers see it. */
export function unclearServer(nodes: readonly FleetNode[]): FireaxeError | undefined {
  const servers = controlPlane(nodes);
  for (const { name, address, port, internalAddress } of servers) {
    if (internalAddress !== undefined) continue;
    const shared = servers.filter((other) => canonicalAddress(other.address) === canonicalAddress(address));
    const why = /^(127\.|::1$|::ffff:127\.)/.test(canonicalAddress(address))
      ? 'is on each machine'
      : shared.length > 1
        ? `is that of ${shared.length} control-plane nodes`
        : port !== undefined
          ? `is reached at port ${port}, as through a gateway`
          : undefined;
    if (why)
      return usage(`the address of ${name}, ${address}, ${why}: the flood may hit another machine`, {
        place: name,
        expected: `internalAddress of ${name} in the fleet, where the other nodes reach its API server`,
        next: 'fireaxe help kit',
      });
  }
  return undefined;
}
