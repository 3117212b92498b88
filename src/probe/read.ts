import type { Target } from '../kit/types.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import { readInForce } from './in-force.ts';
import { type Asked, probeScript } from './script.ts';
import type { ClusterReading, Health, ServerReading } from './types.ts';
import { readVitals } from './vitals.ts';

export interface ProbeDeps extends Asked {
  /** One outcome a target, by the targets' own transports. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  now(): Date;
  context: ActionContext;
}

/** The last counters of each server, from one reading to the next: one that is missed in between loses none. */
export type Counters = Map<string, ServerReading>;

/** Reads the control-plane nodes among the targets; errors are counted since the reading before with the same `counters`. */
export async function readCluster(
  deps: ProbeDeps,
  targets: Target[],
  counters: Counters = new Map(),
): Promise<ClusterReading> {
  const hosts = targets.filter((t) => t.roles.includes('control-plane'));
  const outcomes = await deps.reach(hosts, probeScript(deps.context, deps.now(), deps));
  const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  const servers = hosts.map((host) => readServer(host.name, byName.get(host.name), deps.now()));
  const errorPercent = errorShare(counters, servers);
  for (const server of servers) if (server.requests !== undefined) counters.set(server.node, server);
  const unmeasured = errorPercent === undefined ? whyUnmeasured(servers) : undefined;
  return {
    at: deps.now().toISOString(),
    servers,
    answering: servers.filter((s) => s.readyz === 'ok').length,
    of: servers.length,
    ...(errorPercent !== undefined && { errorPercent }),
    ...(unmeasured !== undefined && { unmeasured }),
    ...leasesOf(servers),
  };
}

/** All read the same leases: of two answers the worse one. */
function leasesOf(servers: ServerReading[]): Pick<ClusterReading, 'leases' | 'leasesUnread'> {
  const known = servers.flatMap((server) => server.leases ?? []);
  const [worst] = known.sort((a, b) => a.fresh / a.of - b.fresh / b.of);
  if (worst) return { leases: worst };
  const leasesUnread = servers.find((server) => server.leasesUnread !== undefined)?.leasesUnread;
  return leasesUnread === undefined ? {} : { leasesUnread };
}

/** One host's result line as a reading; what it did not say is left out. */
export function readServer(node: string, outcome: Outcome | undefined, at: Date): ServerReading {
  const data = dataOf(outcome);
  const note = outcome?.result?.note ?? outcome?.reason?.message;
  if (!data) {
    return {
      node,
      reached: false,
      ...(outcome && { outcome: outcome.state }),
      livez: 'no-answer',
      readyz: 'no-answer',
      failing: [],
      ...(note && { note }),
    };
  }
  const etcd = health(data.etcd);
  const { address, unmeasured } = data;
  const vitals = readVitals(outcome?.stdout ?? '');
  const inForce = readInForce(data, at);
  return {
    node,
    reached: true,
    livez: health(data.livez) ?? 'no-answer',
    readyz: health(data.readyz) ?? 'no-answer',
    failing: (data.failing ?? '').split(' ').filter(Boolean),
    ...(address && { address }),
    ...numbers(data),
    ...leases(data),
    ...(unmeasured && { unmeasured }),
    ...(vitals && { vitals }),
    ...(etcd && etcd !== 'denied' && { etcd }),
    ...(data.etcdReason && { etcdReason: data.etcdReason }),
    ...(data.etcdAlarms && { etcdAlarms: data.etcdAlarms.split(' ') }),
    ...(data.etcdLearner && { etcdLearner: true }),
    ...(inForce.length > 0 && { inForce }),
    ...(note && { note }),
  };
}

/** What the host said: a script that ended at its deadline told what it had read until then. */
function dataOf(outcome: Outcome | undefined): Record<string, string> | undefined {
  const { state, result } = outcome ?? {};
  if (state === 'ok') return result?.data;
  return result?.code === 'deadline' && result.data?.livez !== undefined ? result.data : undefined;
}

const NUMBERS = [
  'latencyMs',
  'inflight',
  'memoryBytes',
  'requests',
  'errors',
  'throttled',
  'rejected',
  'startedAt',
  'connections',
  'etcdBytes',
  'etcdQuota',
] as const;

function numbers(data: Record<string, string>): Partial<Record<(typeof NUMBERS)[number], number>> {
  return Object.fromEntries(
    NUMBERS.filter((key) => /^-?\d{1,15}$/.test(data[key] ?? '')).map((key) => [key, Number(data[key])]),
  );
}

function leases({ leasesFresh = '', leasesOf = '', leasesUnread }: Record<string, string>) {
  const told = [leasesFresh, leasesOf].every((text) => /^\d+$/.test(text)) && Number(leasesOf) > 0;
  if (told) return { leases: { fresh: Number(leasesFresh), of: Number(leasesOf) } };
  return leasesUnread === undefined ? {} : { leasesUnread };
}

const HEALTH: readonly string[] = ['ok', 'failing', 'denied', 'no-answer'] satisfies Health[];

function health(word: string | undefined): Health | undefined {
  return word !== undefined && HEALTH.includes(word) ? (word as Health) : undefined;
}

/**
 * Percent of the requests since the last counters that ended 5xx or 429. A server that restarted counts from its start,
 * one that is measured for the first time not yet.
 */
export function errorShare(before: Counters, now: ServerReading[]): number | undefined {
  let requests = 0;
  let errors = 0;
  let measured = false;
  for (const server of now) {
    const old = before.get(server.node);
    if (server.requests === undefined || server.errors === undefined || !old) continue;
    measured = true;
    const same = old.startedAt === server.startedAt;
    requests += server.requests - (same ? (old.requests ?? 0) : 0);
    errors += server.errors - (same ? (old.errors ?? 0) : 0);
  }
  if (!measured) return undefined;
  // Nobody asked anything: nothing went wrong.
  return requests > 0 ? Math.round((errors / requests) * 1000) / 10 : 0;
}

/** Where no server that is ready will ever be measured, the first one's reason. */
function whyUnmeasured(servers: ServerReading[]): string | undefined {
  const ready = servers.filter((server) => server.readyz === 'ok');
  return ready.every((server) => server.unmeasured !== undefined) ? ready[0]?.unmeasured : undefined;
}
