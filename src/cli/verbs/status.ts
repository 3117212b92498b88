import { LONGEST_MS, parseSpan } from '../../base/duration.ts';
import { targetsOf } from '../../kit/targets.ts';
import { openReader } from '../../run/gate/reach.ts';
import type { Status } from '../../status/types.ts';
import { chooseCluster, openContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { statusLines } from '../format/status.ts';
import { aborted, flushed } from '../io.ts';
import { value } from '../option.ts';
import { sudoOptions } from '../options.ts';
import { openKeys } from '../passphrases.ts';
import { defineVerb } from '../types.ts';
import { addressesOf, askedNodes, DEADLINE, LOGIN_MS, sampleOptions } from './who.ts';

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
    ...sudoOptions,
  },
  async run(_args, flags, io) {
    const timeoutMs = parseSpan(flags.timeout ?? DEADLINE, '--timeout', 3_000, LONGEST_MS);
    const everyMs =
      flags.watch === undefined ? undefined : parseSpan(flags.watch, '--watch', 1_000, LONGEST_MS);
    const api = addressesOf(flags.api);
    const context = await openContext(flags, io);
    const cluster = chooseCluster(context);
    const targets = askedNodes(cluster, flags);
    await openKeys(context, cluster.name);
    const ended = io.inFlight();
    const { env, close } = runEnvironment(context, () => {});
    const [health, nodes] = [openReader(env, cluster, timeoutMs), openReader(env, cluster, timeoutMs)];
    const { readStatus } = await import('../../status/read.ts');
    const { trendLines } = await import('../../status/trend.ts');
    const { sink } = context;
    const deps = {
      health: health.reach,
      reach: nodes.reach,
      now: io.now,
      context: { cluster, nodes: cluster.fleet.nodes },
      deadlineMs: timeoutMs - LOGIN_MS,
      api,
      all: targetsOf(cluster),
    };
    const counters = new Map();
    const history: Status[] = [];
    const read = async () => {
      const status = await readStatus(deps, targets, counters);
      history.push(status);
      for (const line of statusLines(cluster.name, status)) sink.text(line);
      for (const line of trendLines(history)) sink.text(line);
      if (everyMs !== undefined) sink.event({ cluster: cluster.name, status });
      return status;
    };
    let status: Status;
    try {
      status = await read();
      while (everyMs !== undefined) {
        await env.sleep(everyMs, io.stop);
        if (io.stop.aborted) break;
        // Waits for a slow reader, so that readings do not pile up.
        await Promise.race([flushed(io.stdout), aborted(io.stop)]);
        if (io.stop.aborted) break;
        sink.text('');
        status = await read();
      }
    } finally {
      await Promise.all([health.close(), nodes.close()]);
      await close();
      ended();
    }
    if (everyMs === undefined || sink.mode === 'json') sink.json({ cluster: cluster.name, status });
    return ['healthy', 'in-force'].includes(status.verdict.state) ? EXIT.done : EXIT.targets;
  },
});
