import { usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { selectNodes } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { etcdIll } from '../../probe/etcd-alarms.ts';
import type { ClusterReading } from '../../probe/types.ts';
import { openReader } from '../../run/gate/reach.ts';
import { eachCluster, type Reading, refuseSeveral } from '../clusters/each.ts';
import { type CliContext, openContext, selectionOf } from '../context.ts';
import { credentialsWatch } from '../credentials-failure.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { readingLines } from '../format/reading.ts';
import { value } from '../option.ts';
import { sudoOptions, targetOptions } from '../options.ts';
import { overridesOf } from '../overrides.ts';
import { openKeys } from '../passphrases.ts';
import { defineVerb } from '../types.ts';
import { watchEvery, watching } from '../watch.ts';

export default defineVerb({
  name: 'probe',
  summary: 'Read the health of the API servers and etcd on their own hosts; needs no working API',
  examples: [
    'fireaxe probe -c prod-1',
    "fireaxe probe -c 'prod-*'",
    'fireaxe probe -c prod-1 --watch 5s',
    'fireaxe probe -c prod-1 --output json',
  ],
  danger: 'read',
  options: {
    timeout: value('--timeout <duration>', 'deadline of each reading of a node', {
      default: '15s to connect, 15s to read',
    }),
    watch: value('--watch <duration>', 'read again at this interval, until Ctrl-C'),
    ...targetOptions,
    ...sudoOptions,
  },
  async run(_args, flags, io) {
    const { timeoutMs } = overridesOf(flags);
    const everyMs = watchEvery(flags.watch);
    const context = await openContext(flags, io);
    const chosen = everyMs === undefined ? undefined : refuseSeveral(context, '--watch');
    const read = async (context: CliContext, cluster: ClusterKit): Promise<Reading> => {
      const selection = selectionOf(flags);
      const selected = selectNodes(cluster.fleet.nodes, {
        ...selection,
        selector: selection.selector ?? (selection.nodes === undefined ? 'role=control-plane' : undefined),
      });
      const servers = targetsOf(cluster, selected);
      // "0 of 0 answer" would read as a healthy control plane.
      if (!servers.some((server) => server.roles.includes('control-plane'))) {
        throw usage('the selection has no control-plane node', {
          place: selection.selector === undefined ? '--nodes' : '--selector',
          next: `fireaxe nodes -c ${quote(cluster.name)} -l role=control-plane`,
        });
      }
      await openKeys(context, cluster.name);
      const ended = io.inFlight();
      const { env, close } = runEnvironment(context, () => {});
      const { readCluster } = await import('../../probe/read.ts');
      const reader = openReader(env, cluster, timeoutMs);
      const credentials = credentialsWatch();
      const reach = credentials.follow(reader.reach);
      const deps = { reach, now: io.now, context: { cluster, nodes: cluster.fleet.nodes } };
      const { sink } = context;
      const show = (reading: ClusterReading) => {
        for (const line of readingLines(reading)) sink.text(line);
        if (everyMs !== undefined) sink.event({ cluster: cluster.name, reading });
        return reading;
      };
      let reading: ClusterReading;
      try {
        const counters = new Map();
        reading = await watching(everyMs, env, io, async () =>
          show(await readCluster(deps, servers, counters)),
        );
      } finally {
        await reader.close();
        await close();
        ended();
      }
      if (everyMs === undefined || sink.mode === 'json') sink.json({ cluster: cluster.name, reading });
      const well = reading.answering === reading.of && !etcdIll(reading);
      const counts = { 'API servers': reading.of, answering: reading.answering };
      return { code: credentials.code(well ? EXIT.done : EXIT.targets, sink), counts };
    };
    return eachCluster(context, read, { chosen });
  },
});
