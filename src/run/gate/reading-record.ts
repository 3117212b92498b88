import type { ClusterReading, ServerReading } from '../../probe/types.ts';
import type { ReadingRecord } from '../types.ts';

/** A reading as the journal keeps it: what the plots of a report show. */
export function readingRecord(step: string, reading: ClusterReading): ReadingRecord {
  const { answering, of, servers, errorPercent, leases } = reading;
  const unreached = servers.filter((server) => !server.reached).length;
  const inflight = sumOf(servers, 'inflight');
  const connections = sumOf(servers, 'connections');
  return {
    kind: 'reading',
    step,
    answering,
    of,
    ...(unreached > 0 && { unreached }),
    ...(errorPercent !== undefined && { errorPercent }),
    ...(inflight !== undefined && { inflight }),
    ...(connections !== undefined && { connections }),
    ...(leases && { leases: { fresh: leases.fresh, of: leases.of } }),
  };
}

function sumOf(servers: ServerReading[], key: 'inflight' | 'connections'): number | undefined {
  const told = servers.flatMap((server) => server[key] ?? []);
  return told.length === 0 ? undefined : told.reduce((a, b) => a + b, 0);
}
