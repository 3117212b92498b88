import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FireaxeError, usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import { systemWords } from '../../base/system-error.ts';
import { writeWhole } from '../../base/whole-file.ts';
import { dumpText } from '../../forecast/dump.ts';
import { readCounters } from '../../forecast/live/read.ts';
import { countedMs } from '../../forecast/live/script.ts';
import { measuredFrom } from '../../forecast/measured.ts';
import type { ServerCounters } from '../../forecast/server.ts';
import type { Measured, Unread } from '../../forecast/types.ts';
import { domainsOf } from '../../kit/clusters/domains.ts';
import { kitOf } from '../../kit/clusters/opened.ts';
import type { ClusterEntry } from '../../kit/clusters/types.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { openReader } from '../../run/gate/reach.ts';
import { interrupted } from '../ask.ts';
import { type CliContext, clusterOf } from '../context.ts';
import { credentialsWatch } from '../credentials-failure.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { openKeys } from '../passphrases.ts';

/** Each opens its own connections. */
const AT_ONCE = 8;

/** Connecting and logging in. */
const LOGIN_MS = 30_000;

export interface Live {
  measured: Measured[];
  unread: Unread[];
  code: number;
}

interface How {
  pauseMs: number;
  /** The directory for what was read. */
  saveTo?: string | undefined;
}

/** Measures clusters of the kit now, on the hosts of their API servers; one that cannot be read costs the others nothing. */
export async function readLive(context: CliContext, chosen: ClusterEntry[], how: How): Promise<Live> {
  const { io, sink } = context;
  const measured = new Map<string, Measured>();
  const unread: Unread[] = [];
  const codes: number[] = [];
  const readOne = async ({ name }: ClusterEntry) => {
    try {
      const of = { ...context, kit: await kitOf(context.kit, name) };
      const cluster = await clusterOf(of, name);
      const { counters, missed, code } = await countersOf(of, cluster, how);
      unread.push(...missed);
      if (missed.length > 0) codes.push(code);
      if (counters.length === 0) return;
      if (how.saveTo !== undefined) await save(counters, how.saveTo);
      const [nodes, of_] = [cluster.fleet.nodes.length, counters.length + missed.length];
      measured.set(name, { ...measuredFrom(counters, { nodes, of: of_ }), cluster: name });
      const told = counters[0]!.objects.get('nodes');
      if (told !== undefined && Math.abs(told - nodes) > nodes / 10)
        sink.note(`warning: ${name} has ${told} nodes, and ${nodes} in the kit: fireaxe kit import`);
    } catch (error) {
      if (!(error instanceof FireaxeError) || error.place === SAVE) throw error;
      unread.push({ cluster: name, why: error.message, ...(error.next && { next: error.next }) });
      codes.push(EXIT.targets);
    }
  };
  await sideBySide(chosen, AT_ONCE, readOne, domainsOf);
  if (io.stop.aborted) throw interrupted();
  for (const { cluster, node, why, next } of unread) {
    sink.note(`${node === undefined ? cluster : `${cluster}: ${node}`}: not measured: ${why}`);
    if (next) sink.note(`next: ${next}`);
  }
  const code = codes.length === 0 ? EXIT.done : new Set(codes).size === 1 ? codes[0]! : EXIT.targets;
  return { measured: chosen.flatMap(({ name }) => measured.get(name) ?? []), unread, code };
}

async function countersOf(context: CliContext, cluster: ClusterKit, { pauseMs }: How) {
  const { io, sink } = context;
  const hosts = targetsOf(cluster).filter(({ roles }) => roles.includes('control-plane'));
  if (hosts.length === 0)
    throw usage('it has no control-plane node in the kit', {
      place: '--cluster',
      next: `kubectl get --raw /metrics > FILE, then: fireaxe forecast --metrics FILE`,
    });
  await openKeys(context, cluster.name);
  const ended = io.inFlight();
  const { env, close } = runEnvironment(context, () => {});
  const reader = openReader(env, cluster, countedMs(pauseMs) + LOGIN_MS);
  const credentials = credentialsWatch();
  try {
    const servers = hosts.length === 1 ? '1 API server' : `${hosts.length} API servers`;
    sink.note(`${cluster.name}: reading ${servers} twice, ${pauseMs / 1000}s apart`);
    const deps = {
      reach: credentials.follow(reader.reach),
      now: io.now,
      context: { cluster, nodes: cluster.fleet.nodes },
      pauseMs,
    };
    const told = await readCounters(deps, hosts);
    return {
      counters: told.flatMap((host) => ('counters' in host ? [host.counters] : [])),
      missed: told.flatMap((host) =>
        'why' in host ? [{ cluster: cluster.name, node: host.node, why: host.why }] : [],
      ),
      code: credentials.code(EXIT.targets, sink),
    };
  } finally {
    await reader.close();
    await close();
    ended();
  }
}

const SAVE = '--save-metrics';

/** `DIRECTORY/CLUSTER.NODE.prom`, which `--metrics` takes. */
async function save(counters: ServerCounters[], directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    for (const one of counters)
      await writeWhole(join(directory, `${one.file.replaceAll('/', '.')}.prom`), dumpText(one));
  } catch (cause) {
    throw usage(`cannot write to ${quote(directory)}: ${systemWords(cause)}`, { place: SAVE, cause });
  }
}
