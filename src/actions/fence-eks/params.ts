import { addresses, onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';
import { scaleEksParameters } from '../scale-eks/params.ts';

export const fenceEksParameters = {
  allow: {
    schema: addresses,
    help: 'still let in this address or CIDR',
    flag: '--allow <address>',
    repeatable: true,
  },
  nodesToo: {
    schema: onOrOff,
    help: 'also where the nodes use the public endpoint and are cut off with the others',
    flag: '--nodes-too',
  },
  for: {
    schema: seconds(60, 604_800),
    help: 'the lease, after which Fireaxe offers to remove the fence',
    flag: '--for <duration>',
    default: '1h',
  },
  eksCluster: scaleEksParameters.eksCluster,
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for the update of EKS',
    flag: '--within <duration>',
    default: '30m',
  },
} satisfies Parameters;

export type FenceEksParams = Values<typeof fenceEksParameters>;
