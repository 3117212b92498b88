import type { Cluster } from './cluster.ts';
import { type Metrics, metrics, onControlPlane } from './truth.ts';

/** What all API servers have answered since they started. */
interface Requests {
  all: number;
  errors: number;
  lists: number;
  /** Watches that are open now. */
  watches: number;
}

/** Requests that a server answered with 429 or 5xx. */
export const errorsOf = (of: Metrics): number => of.sum('apiserver_request_total', /code="(429|5\d\d)"/);

export async function requestsOf(cluster: Cluster): Promise<Requests> {
  const all = Object.values(await onControlPlane((at) => metrics(cluster, at)));
  const sum = (of: (one: Metrics) => number) => all.reduce((sum, one) => sum + of(one), 0);
  return {
    all: sum((one) => one.sum('apiserver_request_total')),
    errors: sum(errorsOf),
    lists: sum((one) => one.sum('apiserver_request_total', /verb="LIST"/)),
    watches: sum((one) => one.sum('apiserver_longrunning_requests', /verb="WATCH"/)),
  };
}

/** Percent of the requests between two readings that ended in an error. */
export function errorShare(from: Requests, to: Requests): number {
  return (100 * (to.errors - from.errors)) / Math.max(1, to.all - from.all);
}
