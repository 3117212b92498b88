import type { ClusterReading } from '../probe/types.ts';

/** A certificate that has ended or ends soon. */
export interface Expiring {
  /** `the API server's certificate`, or the path of a kubeconfig. */
  what: string;
  nodes: string[];
  /** The first end of them, ISO 8601. */
  until: string;
  /** Whole days left; negative once it has ended. */
  days: number;
}

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;

/** Certificates with less than 30 days left, those that end first in front. */
export function expiring({ servers, at }: ClusterReading): Expiring[] {
  const found = new Map<string, Expiring>();
  for (const { node, vitals } of servers) {
    const ends = [
      ...(vitals?.servedUntil ? [{ what: "the API server's certificate", until: vitals.servedUntil }] : []),
      ...(vitals?.clients ?? []).map(({ file, until }) => ({ what: `the certificate in ${file}`, until })),
    ];
    for (const { what, until } of ends) {
      const days = Math.floor((Date.parse(until) - Date.parse(at)) / DAY_MS);
      if (days >= SOON_DAYS) continue;
      const one = found.get(what);
      if (!one) found.set(what, { what, nodes: [node], until, days });
      else found.set(what, { ...one, nodes: [...one.nodes, node], ...(days < one.days && { until, days }) });
    }
  }
  return [...found.values()].sort((a, b) => a.days - b.days);
}
