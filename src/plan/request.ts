import type { TransportName } from '../fleet/transports.ts';
import type { ClusterKit, Kit } from '../kit/types.ts';

/** Flags that win over what a plan or playbook says. */
export interface Overrides {
  limit?: string;
  maxFailures?: string;
  parallel?: number;
  canary?: string;
  wave?: string;
  via?: TransportName[];
  timeoutMs?: number;
  /** How long SSM may take to deliver an order. */
  deliveryMs?: number;
}

export interface PlanRequest {
  kit: Kit;
  cluster: ClusterKit;
  reason: string;
  now: Date;
  overrides: Overrides;
}

export const DEFAULTS = {
  parallel: 64,
  /** More than one machine can take: a call that is cut off half way leaves the machine down. */
  cloudTimeoutMs: 2_700_000,
} as const;
