import { z } from 'zod';
import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { addressSet, canonicalAddress } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { ActionContext } from '../../node/types.ts';
import { line, list } from '../params.ts';
import { watchText } from './hold.ts';

const NAME = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const LABEL = `([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME}=(${NAME})?`;
const PODS = new RegExp(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/${LABEL}(,${LABEL})*$`);

export const podParams = {
  /** Namespace and label: `telemetry/app=collector`; several labels with commas, all of which must match. */
  pods: line(500)
    .refine((p) => PODS.test(p), 'expected namespace/key=value, such as telemetry/app=collector')
    .optional(),
  /** Addresses of the API servers besides the nodes' and the service's, such as their balancer's. */
  api: list()
    .transform((words, ctx) => {
      try {
        return words.map((word) => canonicalAddress(word, 'api'));
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    })
    .default([]),
};

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

/** Why this is not done to pods. */
export function podRefusal(p: { pods?: string | undefined; how: string; api: string[] }): string | undefined {
  if (p.pods === undefined) {
    if (p.how === 'network') return 'how network is for pods: processes are frozen or killed';
    return p.api.length ? 'api is for pods held by how network' : undefined;
  }
  if (p.how === 'kill') return 'a pod that is killed is started again: freeze it, or take its network away';
  if (p.api.length && p.how !== 'network') return 'api goes with how network';
  return undefined;
}
