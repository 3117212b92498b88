import { parseAmount } from '../../base/amount.ts';
import { nodesText } from '../../base/counts-line.ts';
import { usage } from '../../base/errors.ts';
import { clientTrends } from '../../forecast/clients.ts';
import { mostNodes, predict, TIGHT, trendsOf } from '../../forecast/predict.ts';
import { targetsOf } from '../../kit/targets.ts';
import { clusterOf, openContext, selectedClusters } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Flags } from '../flags.ts';
import { readAudit, readMetrics } from '../forecast/inputs.ts';
import { forecastLines, shareText } from '../format/forecast.ts';
import { parsed, value, values } from '../option.ts';
import { clusterOptions, wholeNumber } from '../options.ts';
import { createSink } from '../output.ts';
import { type CliIo, defineVerb } from '../types.ts';

/** A size that is not a cluster of the kit. */
const UNNAMED = '-';

export default defineVerb({
  name: 'forecast',
  summary: 'Predict the API load of larger clusters from the metrics of smaller ones',
  examples: [
    'fireaxe forecast --metrics 100=cp1.prom,cp2.prom,cp3.prom --size 1000,5000',
    'fireaxe forecast --metrics 100=small.prom --metrics 400=larger.prom --all-clusters --max-share 50%',
    'fireaxe forecast --metrics before.prom,after.prom --servers 3 --audit audit.log --size 7500',
  ],
  danger: 'read',
  options: {
    metrics: values('--metrics <[NODES=]FILES>', 'dumps of /metrics of the API servers of one cluster'),
    audit: values('--audit <[NODES=]FILES>', 'audit logs: calls by client'),
    size: values('--size <NODES>', 'sizes to predict, such as 100,5000', {
      default: 'the clusters selected',
    }),
    servers: parsed('--servers <N>', 'API servers of the measured cluster', wholeNumber, {
      default: 'as many as there are dumps',
    }),
    carries: parsed('--carries <N>', 'calls a second that one API server is known to carry', wholeNumber),
    maxShare: value('--max-share <N%>', 'exit 3 where a size takes more of the capacity'),
    ...clusterOptions,
  },
  async run(_args, flags, io) {
    if (!flags.metrics?.length)
      throw usage('missing --metrics', {
        expected: 'what the API servers of a healthy cluster write',
        next: 'kubectl get --raw /metrics > cp1.prom, then: fireaxe forecast --metrics cp1.prom --size 5000',
      });
    for (const [flag, number] of Object.entries({ servers: flags.servers, carries: flags.carries }))
      if (number !== undefined) atLeastOne(number, `--${flag}`);
    const maxShare = flags.maxShare === undefined ? undefined : percentOf(flags.maxShare);
    const trends = trendsOf(await readMetrics(flags.metrics, flags.servers));
    const measured = trends.measured.toSorted((a, b) => b.nodes - a.nodes)[0]!;
    const logs = await readAudit(
      flags.audit ?? [],
      trends.measured.length === 1 ? measured.nodes : undefined,
    );
    const sizes = flags.size ? flags.size.flatMap(sizesOf) : await sizesOfKit(flags as Flags, io);
    const capacity = {
      seats: measured.seats,
      calls: flags.carries === undefined ? undefined : flags.carries * measured.servers,
    };
    const predicted = sizes.map((size) => predict(trends, size, capacity));
    const share = maxShare ?? TIGHT;
    const most = { share, nodes: mostNodes(trends, capacity, share) };
    const clients = clientTrends(logs, Math.max(...sizes.map(({ nodes }) => nodes)));
    const sink = createSink(io, flags);
    for (const line of forecastLines(trends, clients, predicted, capacity, most)) sink.text(line);
    sink.json({
      forecast: {
        measured: trends.measured.map(({ loads, objects, ...rest }) => ({
          ...rest,
          objects: Object.fromEntries(objects),
          loads: [...loads.values()],
        })),
        capacity,
        sizes: predicted,
        most,
        requests: trends.trends,
        clients,
      },
    });
    const over = predicted.filter((one) => maxShare !== undefined && one.shareUpTo > maxShare);
    for (const one of over)
      sink.note(`${overText(one)}: ${shareText(one)} of the capacity, more than --max-share ${maxShare}%`);
    return over.length > 0 ? EXIT.targets : EXIT.done;
  },
});

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

function sizesOf(word: string): { name: string; nodes: number }[] {
  return word.split(',').map((text) => {
    const nodes = wholeNumber(text.trim());
    atLeastOne(nodes, '--size');
    return { name: UNNAMED, nodes };
  });
}

function atLeastOne(number: number, flag: string): void {
  if (!(number >= 1)) throw usage('not a number', { place: flag, expected: 'a whole number from 1' });
}

async function sizesOfKit(flags: Flags, io: CliIo): Promise<{ name: string; nodes: number }[]> {
  const context = await openContext(flags, io);
  const sizes = [];
  for (const { name } of selectedClusters(context))
    sizes.push({ name, nodes: targetsOf(await clusterOf(context, name)).length });
  return sizes;
}
