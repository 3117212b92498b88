import type { ActionContext } from '../actions/types.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import { probeScript } from './script.ts';
import type { ClusterReading, ServerReading } from './types.ts';

export interface ProbeDeps {
  /** One outcome a target, by the targets' own transports. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  now(): Date;
  context: ActionContext;
}

/** Reads the control-plane nodes among the targets; `previous` gives the counters to compare with. */
export async function readCluster(
  deps: ProbeDeps,
  targets: Target[],
  previous?: ClusterReading,
): Promise<ClusterReading> {
  const hosts = targets.filter((t) => t.roles.includes('control-plane'));
  const outcomes = await deps.reach(hosts, probeScript(deps.context, deps.now()));
  const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  const servers = hosts.map((host) => readServer(host.name, byName.get(host.name)));
  const errorPercent = previous && errorShare(previous.servers, servers);
  return {
    at: deps.now().toISOString(),
    servers,
    answering: servers.filter((s) => s.readyz === 'ok').length,
    of: servers.length,
    ...(errorPercent !== undefined && { errorPercent }),
  };
}

/** One host's result line as a reading; what it did not say is left out. */
export function readServer(node: string, outcome: Outcome | undefined): ServerReading {
  const data = outcome?.state === 'ok' ? outcome.result?.data : undefined;
  const note = outcome?.result?.note ?? outcome?.reason?.message;
  if (!data) {
    return {
      node,
      reached: false,
      livez: 'no-answer',
      readyz: 'no-answer',
      failing: [],
      ...(note && { note }),
    };
  }
  const etcd = health(data.etcd);
  return {
    node,
    reached: true,
    livez: health(data.livez) ?? 'no-answer',
    readyz: health(data.readyz) ?? 'no-answer',
    failing: (data.failing ?? '').split(' ').filter(Boolean),
    ...numbers(data),
    ...(etcd && { etcd }),
    ...(note && { note }),
  };
}

const NUMBERS = [
  'latencyMs',
  'inflight',
  'memoryBytes',
  'requests',
  'errors',
  'rejected',
  'startedAt',
  'connections',
] as const;

function numbers(data: Record<string, string>): Partial<Record<(typeof NUMBERS)[number], number>> {
  return Object.fromEntries(
    NUMBERS.filter((key) => /^-?\d{1,15}$/.test(data[key] ?? '')).map((key) => [key, Number(data[key])]),
  );
}

function health(word: string | undefined): 'ok' | 'failing' | 'no-answer' | undefined {
  return word === 'ok' || word === 'failing' || word === 'no-answer' ? word : undefined;
}

/** Percent of the requests since the reading before that ended 5xx or 429. A server that restarted counts from its start. */
export function errorShare(before: ServerReading[], now: ServerReading[]): number | undefined {
  let requests = 0;
  let errors = 0;
  let measured = false;
  for (const server of now) {
    if (server.requests === undefined || server.errors === undefined) continue;
    measured = true;
    const old = before.find((s) => s.node === server.node);
    const same = old?.startedAt === server.startedAt && old?.requests !== undefined;
    requests += server.requests - (same ? (old.requests ?? 0) : 0);
    errors += server.errors - (same ? (old.errors ?? 0) : 0);
  }
  if (!measured) return undefined;
  // Nobody asked anything: nothing went wrong.
  return requests > 0 ? Math.round((errors / requests) * 1000) / 10 : 0;
}
