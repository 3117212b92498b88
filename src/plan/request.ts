import type { TransportName } from '../fleet/transports.ts';
import type { ClusterKit, Kit } from '../kit/types.ts';

/** What a person said over a plan's own words. */
export interface Overrides {
  limit?: string;
  maxFailures?: string;
  parallel?: number;
  canary?: string;
  wave?: string;
  via?: TransportName[];
  timeoutMs?: number;
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
  /** Above all that one machine may take: whoever ends half way leaves it down. */
  cloudTimeoutMs: 2_700_000,
} as const;
