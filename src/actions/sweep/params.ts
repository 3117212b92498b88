import * as z from 'zod';
import { onOrOff } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

/** What carries the lease. */
const ID = /^(acl-[0-9a-z-]+|eks\/[A-Za-z0-9][A-Za-z0-9_-]{0,99})$/;

export const sweepParameters = {
  lease: {
    schema: z.string().regex(ID, 'expected a network ACL (acl-…) or an EKS cluster (eks/NAME)'),
    help: 'the network ACL (`acl-…`) or the EKS cluster (`eks/NAME`) that carries the lease',
  },
  of: {
    schema: z.string().regex(/^[0-9A-Za-z._-]{1,200}$/, 'expected the id of a run'),
    help: 'the run that has the lease',
  },
  early: {
    schema: onOrOff,
    help: 'also before the lease has run out',
  },
} satisfies Parameters;

export type SweepParams = Values<typeof sweepParameters>;
