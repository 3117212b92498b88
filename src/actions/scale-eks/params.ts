import * as z from 'zod';
import { onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

export const TIERS = ['standard', 'tier-xl', 'tier-2xl', 'tier-4xl', 'tier-8xl'] as const;

export const scaleEksParameters = {
  eksTier: {
    schema: z.enum(TIERS, { error: `expected one of ${TIERS.join(', ')}` }),
    help: 'tier of an EKS control plane: standard, tier-xl, tier-2xl, tier-4xl, tier-8xl',
    flag: '--eks-tier <tier>',
  },
  eksCluster: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'expected the name of an EKS cluster')
      .optional(),
    help: "the cluster's name in EKS, where it is not that of the kit",
    flag: '--eks-cluster <name>',
  },
  down: {
    schema: onOrOff,
    help: 'also where the tier is lower than the present one; severe',
    flag: '--down',
  },
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for the new tier',
    flag: '--within <duration>',
    default: '30m',
  },
} satisfies Parameters;

export type ScaleEksParams = Values<typeof scaleEksParameters>;
