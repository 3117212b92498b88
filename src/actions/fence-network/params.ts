import * as z from 'zod';
import { addresses, onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

/** In the order in which they are tried. */
export const WAYS = ['nacl', 'prefix-list', 'security-group'] as const;
export type WayName = (typeof WAYS)[number];

export const fenceNetworkParameters = {
  with: {
    schema: z
      .enum(['auto', ...WAYS], {
        error: `expected auto, ${WAYS.join(', ')}; eks is an action of its own: fence-eks`,
      })
      .transform((name): WayName[] => (name === 'auto' ? [...WAYS] : [name])),
    help: 'what to change; auto takes the first possible one, never eks',
    flag: '--with <auto|nacl|prefix-list|security-group|eks>',
    default: 'auto',
  },
  from: {
    schema: addresses,
    help: "keep away this network, in place of the workers' subnets",
    flag: '--from <CIDR>',
    repeatable: true,
  },
  allow: {
    schema: addresses,
    help: 'still let in this address or CIDR',
    flag: '--allow <address>',
    repeatable: true,
  },
  for: {
    schema: seconds(60, 604_800),
    help: 'the lease, after which Fireaxe offers to remove the fence',
    flag: '--for <duration>',
    default: '1h',
  },
  shared: {
    schema: onOrOff,
    help: 'also where other subnets or groups use what is changed',
    flag: '--shared',
  },
} satisfies Parameters;

export type FenceNetworkParams = Values<typeof fenceNetworkParameters>;
