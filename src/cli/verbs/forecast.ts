import { parseAmount } from '../../base/amount.ts';
import { nodesText } from '../../base/counts-line.ts';
import { parseSpan } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import { clientTrends } from '../../forecast/clients.ts';
import { mostNodes, predict, TIGHT, trendsOf } from '../../forecast/predict.ts';
import { seenTrends } from '../../forecast/who.ts';
import { openContext, selectedClusters } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Flags } from '../flags.ts';
import { readAudit, readMetrics, readSeen } from '../forecast/inputs.ts';
import { readLive } from '../forecast/live.ts';
import { sizesOf, UNNAMED } from '../forecast/sizes.ts';
import { forecastLines, shareText } from '../format/forecast.ts';
import { grouped, parsed, toggle, value, values } from '../option.ts';
import { sudoOptions, wholeNumber } from '../options.ts';
import { createSink } from '../output.ts';
import { type CliIo, defineVerb } from '../types.ts';

const PAUSE = '30s';

export default defineVerb({
  name: 'forecast',
  summary: 'Predict the API load of larger clusters from what smaller ones are measured to take',
  examples: [
    'fireaxe forecast -c small-1,small-2 --all-clusters --max-share 50%',
    'fireaxe forecast --metrics 100=cp1.prom,cp2.prom,cp3.prom --size 1000,5000',
    'fireaxe forecast -c small-1 --metrics 400=larger.prom --size prod-1,5000',
    'fireaxe forecast --metrics before.prom,after.prom --servers 3 --audit audit.log --size 7500',
  ],
  danger: 'read',
  options: {
    ...grouped('What is measured:', {
      cluster: values('-c, --cluster <names>', 'clusters to measure now, on the hosts of their API servers'),
      clusterSelector: value(
        '--cluster-selector <labels>',
        'clusters to measure, by their labels in the kit',
      ),
      pause: value('--pause <duration>', 'between two readings of an API server', { default: PAUSE }),
      saveMetrics: value('--save-metrics <directory>', 'keep what was read there, for --metrics'),
      metrics: values('--metrics <[NODES=]FILES>', 'dumps of /metrics of the API servers of one cluster'),
      audit: values('--audit <[NODES=]FILES>', 'audit logs: calls by client'),
      who: values('--who <FILES>', 'what who -o json wrote: connections by client'),
      servers: parsed('--servers <N>', 'API servers of the cluster that was dumped', wholeNumber, {
        default: 'as many as dumped',
      }),
    }),
    ...grouped('What is predicted:', {
      size: values('--size <NODES|CLUSTER>', 'sizes to predict: 100,prod-1', {
        default: 'every cluster of the kit',
      }),
      allClusters: toggle('--all-clusters', 'the size of every cluster of the kit, besides --size'),
      carries: parsed('--carries <N>', 'calls a second that one API server is known to carry', wholeNumber),
      maxShare: value('--max-share <N%>', 'exit 3 where a size takes more of the capacity'),
    }),
    ...sudoOptions,
  },
  async run(_args, flags, io) {
    const live = flags.cluster !== undefined || flags.clusterSelector !== undefined;
    if (!flags.metrics?.length && !live)
      throw usage('nothing to measure: missing --cluster or --metrics', {
        expected: 'a healthy cluster of the kit, or what its API servers write at /metrics',
        next: 'fireaxe forecast -c CLUSTER --size 5000',
      });
    for (const [flag, number] of Object.entries({ servers: flags.servers, carries: flags.carries }))
      if (number !== undefined && !(number >= 1))
        throw usage('not a number', { place: `--${flag}`, expected: 'a whole number from 1' });
    const maxShare = flags.maxShare === undefined ? undefined : percentOf(flags.maxShare);
    const pauseMs = parseSpan(flags.pause ?? PAUSE, '--pause', 5_000, 600_000);
    const sink = createSink(io, flags);
    const kit = opened(flags as Flags, io);
    let missed = false;
    const sizes = await sizesOf(flags.size ?? [], {
      all: flags.allClusters === true || flags.size === undefined,
      kit,
      missed(line) {
        missed = true;
        sink.note(line);
      },
    });
    if (sizes.length === 0) throw usage('no size to predict', { next: '--size 5000' });
    const seen = await readSeen(flags.who ?? []);
    const dumped = await readMetrics(flags.metrics ?? [], flags.servers);
    const read = live
      ? await measureNow(await kit(), { pauseMs, saveTo: flags.saveMetrics })
      : { measured: [], unread: [], code: EXIT.done };
    if (dumped.length + read.measured.length === 0) {
      sink.note('nothing was measured: no prediction');
      sink.json({ forecast: { measured: [], unread: read.unread } });
      return read.code;
    }
    const trends = trendsOf([...dumped, ...read.measured]);
    const measured = trends.measured.toSorted((a, b) => b.nodes - a.nodes)[0]!;
    const logs = await readAudit(
      flags.audit ?? [],
      trends.measured.length === 1 ? measured.nodes : undefined,
    );
    const capacity = {
      seats: measured.seats,
      calls: flags.carries === undefined ? undefined : flags.carries * measured.servers,
    };
    const predicted = sizes.map((size) => predict(trends, size, capacity));
    const share = maxShare ?? TIGHT;
    const most = { share, nodes: mostNodes(trends, capacity, share) };
    const largest = Math.max(...sizes.map(({ nodes }) => nodes));
    const clients = clientTrends(logs, largest);
    const connections = seenTrends(seen, largest);
    for (const line of forecastLines(trends, { clients, connections }, predicted, capacity, most))
      sink.text(line);
    sink.json({
      forecast: {
        measured: trends.measured.map(({ loads, objects, ...rest }) => ({
          ...rest,
          objects: Object.fromEntries(objects),
          loads: [...loads.values()],
        })),
        unread: read.unread,
        capacity,
        sizes: predicted,
        most,
        requests: trends.trends,
        clients,
        connections,
      },
    });
    const over = predicted.filter((one) => maxShare !== undefined && one.shareUpTo > maxShare);
    for (const one of over)
      sink.note(`${overText(one)}: ${shareText(one)} of the capacity, more than --max-share ${maxShare}%`);
    return over.length > 0 || missed ? EXIT.targets : read.code;
  },
});

/** The kit, opened once and only where it is needed. */
function opened(flags: Flags, io: CliIo) {
  let context: ReturnType<typeof openContext> | undefined;
  return () => (context ??= openContext(flags, io));
}

/** `--all-clusters` means sizes here, not what is measured. */
function measureNow(context: Awaited<ReturnType<typeof openContext>>, how: Parameters<typeof readLive>[2]) {
  const flags = { ...context.flags, allClusters: undefined };
  return readLive(context, selectedClusters({ ...context, flags }), how);
}

const overText = ({ name, nodes }: { name: string; nodes: number }): string =>
  name === UNNAMED ? nodesText(nodes) : `${name} (${nodesText(nodes)})`;

function percentOf(text: string): number {
  const amount = parseAmount(text, '--max-share');
  if ('percent' in amount && amount.percent > 0) return amount.percent;
  throw usage(`not a share: ${JSON.stringify(text)}`, {
    place: '--max-share',
    expected: 'a percentage, such as 50%',
  });
}
