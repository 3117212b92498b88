import { usage } from '../../base/errors.ts';
import { addressSet } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { ActionContext } from '../../node/types.ts';
import type { Misfit } from '../params.ts';
import type { FenceParams } from './params.ts';

/** Which clients on a worker, and the addresses at which they reach the API. */
type Clients = Pick<FenceParams, 'only' | 'user' | 'except' | 'service'>;

/** One line of a plan. */
export function clientsSummary(p: Clients): string {
  const named = [...p.only, ...(p.user === undefined ? [] : [`user ${p.user}`])].join(', ');
  const clients = p.except.length ? `all but ${p.except.join(', ')}` : named;
  const by = p.service.length
    ? `the control plane's addresses and ${p.service.join(', ')}`
    : "the control plane's own addresses only (no --service given: a client that goes through a service address is cut off only where the node itself translates that address by netfilter)";
  return `on the nodes, reject the connections of ${clients} to ${by}`;
}

/** Why these parameters do not go together; undefined when they do. */
export function clientsMisfit(p: FenceParams): Misfit | undefined {
  const named = p.only.length > 0 || p.user !== undefined;
  if (p.on === 'hosts') {
    const stray = (['only', 'user', 'except', 'service'] as const).find((key) => p[key]?.length);
    return stray && { at: stray, message: `${stray} goes with on: nodes` };
  }
  if (!named && !p.except.length)
    return { at: 'only', message: 'missing the clients to fence on the nodes: only, user or except' };
  if (named && p.except.length) return { at: 'except', message: 'give only and user, or except, not both' };
  return p.allow.length > 0 ? { at: 'allow', message: 'allow goes with on: hosts' } : undefined;
}

/** Whether the kubelet is among those clients. */
export function meetsKubelet({ only, user, except }: Clients): boolean {
  const named = (groups: string[]) => groups.some((group) => /kubelet/.test(group));
  if (except.length > 0) return !named(except);
  return named(only) || user === 'root' || user === '0';
}

/** The addresses and ports of clients.sh. */
export function clientsVariables(p: Clients, context: ActionContext): Record<string, string> {
  const planes = context.nodes
    .filter((node) => node.roles.includes('control-plane'))
    .flatMap((node) => [node.address, node.internalAddress ?? node.address]);
  if (!planes.length && !p.service.length) {
    throw usage('the fleet has no control-plane node, and no service address is given', {
      place: 'fence.service',
      expected: 'the addresses at which clients reach the API',
    });
  }
  const servers = addressSet(planes, 'fleet');
  const services = addressSet(p.service, 'fence.service');
  return {
    IN_SERVERS4: servers.v4.join(' '),
    IN_SERVERS6: servers.v6.join(' '),
    IN_SERVICES4: services.v4.join(' '),
    IN_SERVICES6: services.v6.join(' '),
    IN_PORTS: apiPorts(context, [443]).join(' '),
  };
}
