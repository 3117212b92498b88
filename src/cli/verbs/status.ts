import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { Status } from '../../status/types.ts';
import { eachCluster, type Reading, refuseSeveral } from '../clusters/each.ts';
import { type CliContext, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { statusLines } from '../format/status.ts';
import { value } from '../option.ts';
import { openSampled, sampleOptions, samplingOf } from '../sampled.ts';
import { defineVerb } from '../types.ts';
import { watchEvery, watching } from '../watch.ts';

export default defineVerb({
  name: 'status',
  summary: 'Say what is broken, what is in force, who does it, and what to do next; needs no working API',
  examples: [
    'fireaxe status -c prod-1',
    'fireaxe status --cluster-selector env=prod',
    'fireaxe status -c prod-1 --watch 10s',
    'fireaxe status -c prod-1 --sample all --output json',
  ],
  danger: 'read',
  options: {
    watch: value('--watch <duration>', 'read again at this interval, until Ctrl-C, with a trend'),
    ...sampleOptions,
  },
  async run(_args, flags, io) {
    const everyMs = watchEvery(flags.watch);
    const sampling = samplingOf(flags);
    const context = await openContext(flags, io);
    const chosen = everyMs === undefined ? undefined : refuseSeveral(context, '--watch');
    const read = async (context: CliContext, cluster: ClusterKit): Promise<Reading> => {
      const { sink } = context;
      const { targets, how, env, reader, codeOf, close } = await openSampled(context, cluster, sampling);
      try {
        const { readStatus } = await import('../../status/read.ts');
        const { trendLines } = await import('../../status/trend.ts');
        const deps = { health: reader(), reach: reader(), ...how, all: targetsOf(cluster) };
        const counters = new Map();
        const history: Status[] = [];
        const status = await watching(everyMs, env, io, async () => {
          const status = await readStatus(deps, targets, counters);
          if (history.length > 0) sink.text('');
          history.push(status);
          for (const line of statusLines(cluster.name, status)) sink.text(line);
          for (const line of trendLines(history)) sink.text(line);
          if (everyMs !== undefined) sink.event({ cluster: cluster.name, status });
          return status;
        });
        if (everyMs === undefined || sink.mode === 'json') sink.json({ cluster: cluster.name, status });
        const { state } = status.verdict;
        const code = ['healthy', 'in-force'].includes(state) ? EXIT.done : EXIT.targets;
        return { code: codeOf(code), counts: { [state]: 1 } };
      } finally {
        await close();
      }
    };
    return eachCluster(context, read, { chosen });
  },
});
