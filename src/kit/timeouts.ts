import type { ClusterKit, Timeouts } from './types.ts';

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 15_000,
  // Where DNS or logind is what is broken, PAM and sudo wait 20 to 25 seconds before a login succeeds.
  loginMs: 30_000,
  scriptMs: 60_000,
  readMs: 15_000,
  retryMs: 60_000,
};

/** With `--timeout` a phase of the login may take all of it, and no longer than this unless the kit says so. */
const LONGEST_LOGIN_MS = 120_000;

/** A cluster's timeouts: the kit's, else the defaults. */
export function timeoutsOf({ timeouts }: Pick<ClusterKit, 'timeouts'> = {}): Timeouts {
  return { ...DEFAULT_TIMEOUTS, ...timeouts };
}

export interface Clocks {
  connectMs: number;
  loginMs: number;
  runMs: number;
  retryMs: number;
  deliveryMs?: number;
  wholeMs?: number;
}

/** The clocks of one command: `ms` is what `--timeout` said, the deadline of all of them. */
export function clocksOf(timeouts: Timeouts, scriptMs: number, ms?: number): Clocks {
  const { connectMs, loginMs, retryMs, deliveryMs } = timeouts;
  const delivery = deliveryMs === undefined ? {} : { deliveryMs };
  if (ms === undefined) return { connectMs, loginMs, runMs: scriptMs, retryMs, ...delivery };
  return {
    ...delivery,
    connectMs: Math.min(connectMs, ms),
    loginMs: Math.min(Math.max(loginMs, LONGEST_LOGIN_MS), ms),
    runMs: ms,
    retryMs: Math.min(retryMs, ms),
    wholeMs: ms,
  };
}
