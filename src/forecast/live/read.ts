import type { Target } from '../../kit/types.ts';
import type { ActionContext } from '../../node/types.ts';
import type { NodeScript, Outcome } from '../../transport/types.ts';
import { type ServerCounters, withoutLong } from '../server.ts';
import { keyOf, type Load } from '../types.ts';
import { countedScript } from './script.ts';

export interface LiveDeps {
  /** One outcome a target, by the targets' own transports. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  now(): Date;
  context: ActionContext;
  /** Between the two readings of a server. */
  pauseMs: number;
}

/** What one host told, or why it told nothing. */
export type HostCounters = { node: string } & ({ counters: ServerCounters } | { why: string });

/** Reads the API servers' counters on their own hosts, all at the same time. */
export async function readCounters(deps: LiveDeps, hosts: Target[]): Promise<HostCounters[]> {
  const outcomes = await deps.reach(hosts, countedScript(deps.context, deps.now(), deps.pauseMs));
  const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  return hosts.map(({ name }) => {
    const outcome = byName.get(name);
    const counters =
      outcome?.state === 'ok'
        ? countersOf(outcome.stdout, `${deps.context.cluster.name}/${name}`)
        : undefined;
    if (counters) return { node: name, counters };
    const { result, reason, state = 'not-attempted' } = outcome ?? {};
    return { node: name, why: result?.note ?? reason?.message ?? state };
  });
}

const NUMBER = /^\d{1,20}(\.\d{1,9})?$/;

/** The lines that live/node.sh prints, in their form; undefined where they do not tell what the server counted. */
export function countersOf(stdout: string, file: string): ServerCounters | undefined {
  const lines = stdout.split('\n').map((line) => line.split(' '));
  const numbers = (words: string[]) => (words.every((word) => NUMBER.test(word)) ? words.map(Number) : []);
  const of = (what: string, length: number) =>
    lines.flatMap(([name, ...words]) => (name === what && words.length === length ? [words] : []));
  const [startedAt, seconds, seats, seatSeconds] = numbers(of('server', 4)[0] ?? []);
  if (startedAt === undefined || !(seconds! > 0)) return undefined;
  const sums = new Map<string, Load>();
  for (const [calls, took, bytes, watches, ...kind] of of('kind', 7)) {
    const [callsPerSecond, inFlight, bytesPerSecond, open] = numbers([calls!, took!, bytes!, watches!]);
    if (callsPerSecond === undefined) continue;
    const [verb, resource, scope] = kind as [string, string, string];
    const load = withoutLong({
      verb: verb === '-' ? '' : verb,
      resource,
      scope: scope === '-' ? '' : scope,
      callsPerSecond,
      inFlight: inFlight!,
      bytesPerSecond: bytesPerSecond!,
      watches: open!,
    });
    sums.set(keyOf(load), load);
  }
  const objects = of('objects', 2).flatMap(([count, name]) =>
    NUMBER.test(count!) ? [[name!, Number(count)] as const] : [],
  );
  return {
    file,
    startedAt,
    seconds: seconds!,
    window: true,
    seats: seats!,
    seatSeconds: seatSeconds!,
    objects: new Map(objects),
    sums,
  };
}
