import { z } from 'zod';
import { addressSet, alwaysAllowed, canonicalAddress } from '../firewall/addresses.ts';
import armed from '../firewall/armed.sh';
import chains from '../firewall/chain.sh';
import table from '../firewall/table.sh';
import { list, seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import fenceChain from './chain.sh';
import node from './node.sh';

const params = z.strictObject({
  /** Clients that keep the API besides the control plane and the kit's own list: addresses or CIDRs. */
  allow: list()
    .transform((words, ctx) => {
      try {
        return words.map((word) => canonicalAddress(word, 'allow'));
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    })
    .default([]),
  /** Seconds until the node takes the fence away by itself, unless it is kept. */
  timer: seconds(10, 3600).default(180),
  /** New connections a second that readmitted clients may open, all together, at each server. */
  rate: z.coerce.number({ error: 'expected a number' }).int().min(1).max(10_000).default(20),
});

/** API clients kept away at the control-plane hosts; our own way in never. */
export const fence = defineAction({
  name: 'fence',
  title: 'Keep API clients away from the API servers',
  danger: 'severe',
  scope: 'node',
  params,
  summary: (p) =>
    `reject API clients at the control-plane hosts${p.allow.length ? `, but not ${p.allow.join(', ')}` : ''}; each host takes it back after ${p.timer}s unless kept`,
  node: {
    script: armed + table + chains + fenceChain + node,
    variables(p, _target, context) {
      const { v4, v6 } = addressSet([...alwaysAllowed(context), ...p.allow], 'fence.allow');
      return {
        P_PORT: String(context.cluster.kubernetes.apiserverPort),
        P_ALLOW4: v4.join(' '),
        P_ALLOW6: v6.join(' '),
        P_TIMER: String(p.timer),
        P_RATE: String(p.rate),
      };
    },
    armed: () => true,
  },
});
