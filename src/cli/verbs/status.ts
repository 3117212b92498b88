import { targetsOf } from '../../kit/targets.ts';
import type { Status } from '../../status/types.ts';
import { EXIT } from '../exit-codes.ts';
import { statusLines } from '../format/status.ts';
import { value } from '../option.ts';
import { openSampled, sampleOptions } from '../sampled.ts';
import { defineVerb } from '../types.ts';
import { watchEvery, watching } from '../watch.ts';

export default defineVerb({
  name: 'status',
  summary: 'Say what is broken, what is in force, who does it, and what to do next; needs no working API',
  examples: [
    'fireaxe status -c prod-1',
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
    const { sink, cluster, targets, how, env, reader, close } = await openSampled(flags, io);
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
      return ['healthy', 'in-force'].includes(status.verdict.state) ? EXIT.done : EXIT.targets;
    } finally {
      await close();
    }
  },
});
