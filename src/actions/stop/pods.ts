import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { addressSet } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { ActionContext } from '../../node/types.ts';
import { watchText } from './hold.ts';

export interface PodHold {
  pods?: string | undefined;
  how: 'freeze' | 'kill' | 'network';
  api: string[];
  for: number;
}

/** Besides those of any hold, and instead of some. */
export function podVariables(p: PodHold, context: ActionContext): Record<string, string> {
  if (p.pods === undefined) return { P_PODS: '', IN_API4: '', IN_API6: '', IN_PORTS: '' };
  const control = context.nodes
    .filter((n) => n.roles.includes('control-plane'))
    .flatMap((n) => [n.address, n.internalAddress ?? n.address]);
  const { v4, v6 } = addressSet([...control, ...p.api], 'stop.api');
  const key = { pods: p.pods, how: p.how, ...(p.how === 'network' && { api: [...v4, ...v6] }) };
  return {
    IN_KEY: sha256(canonicalJson(key)).slice(0, 10),
    P_PODS: p.pods,
    IN_API4: v4.join(', '),
    IN_API6: v6.join(', '),
    IN_PORTS: apiPorts(context, [443, 6443]).join(', '),
    IN_WATCH: watchText('pods'),
  };
}
