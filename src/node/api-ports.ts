import type { ActionContext } from './types.ts';

/** The TCP ports of the control-plane hosts that lead to the API, ascending: the server's own, and the kit's others. */
export function apiPorts({ cluster: { kubernetes } }: ActionContext, besides: number[] = []): number[] {
  const ports = new Set([kubernetes.apiserverPort, ...kubernetes.clientPorts, ...besides]);
  return [...ports].sort((a, b) => a - b);
}
