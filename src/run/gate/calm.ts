import type { ClusterReading, ServerReading } from '../../probe/types.ts';

/** Requests in flight that an idle API server may have. Kubernetes allows 600 by default (--max-requests-inflight and its mutating twin). */
const FEW_IN_FLIGHT = 10;
/** Memory and connections vary between two readings of a server without load. */
const MEMORY_GROWTH = 1.1;
const CONNECTION_GROWTH = 1.05;
const FEW_CONNECTIONS = 3;
const FEW_ERRORS_PERCENT = 1;

/**
 * Why a reading is not calm, compared with the one before; undefined if it is. Under a flood, and while clients return, at
 * least one of these values rises: requests in flight, memory, connections, rejected and failed requests.
 */
export function notCalm(before: ClusterReading | undefined, now: ClusterReading): string | undefined {
  if (!before) return 'first reading';
  // A server that has died takes nothing more, and says nothing of what killed it.
  if (now.answering < now.of) return 'not every server is ready';
  const earlier = new Map(before.servers.map((server) => [server.node, server]));
  for (const server of now.servers) {
    const why = server.readyz === 'ok' ? rises(earlier.get(server.node), server) : undefined;
    if (why) return `${server.node} ${why}`;
  }
  const [were, are] = [connections(before), connections(now)];
  if (are > were * CONNECTION_GROWTH + FEW_CONNECTIONS) return `connections ${were} → ${are}`;
  const { errorPercent } = now;
  if (errorPercent === undefined) return 'errors not measured';
  return errorPercent > FEW_ERRORS_PERCENT ? `${errorPercent}% errors` : undefined;
}

function rises(before: ServerReading | undefined, now: ServerReading): string | undefined {
  if (before?.readyz !== 'ok') return 'was not ready before';
  if (now.startedAt === undefined || now.inflight === undefined) return 'metrics not read';
  if (before.startedAt !== now.startedAt) return 'restarted';
  if ((now.rejected ?? 0) > (before.rejected ?? 0)) return 'rejects requests';
  const { inflight = 0, memoryBytes = 0 } = before;
  if (now.inflight > Math.max(FEW_IN_FLIGHT, inflight))
    return `requests in flight ${inflight} → ${now.inflight}`;
  if ((now.memoryBytes ?? 0) > memoryBytes * MEMORY_GROWTH) return 'needs more memory';
  return undefined;
}

function connections({ servers }: ClusterReading): number {
  return servers.reduce((sum, server) => sum + (server.connections ?? 0), 0);
}
