import { indexOf } from '../../kit/cluster-named.ts';
import { inOrder } from '../../kit/clusters/order.ts';
import { openContext, selectedClusters } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { clusterOptions } from '../options.ts';
import { table } from '../output.ts';
import { reported } from '../report-error.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'clusters',
  summary: 'List the clusters of the kit, or those that a selection means; reads no snapshot',
  examples: [
    'fireaxe clusters',
    "fireaxe clusters -c 'prod-*'",
    "fireaxe clusters --cluster-selector 'env=prod,tier in (large)'",
    'fireaxe clusters --output json',
  ],
  danger: 'read',
  options: clusterOptions,
  notes: '\nIn the order in which a rollout takes them. Exit 3 where the definition of one is wrong.',
  async run(_args, flags, io) {
    const context = await openContext(flags, io);
    const { sink, kit } = context;
    const all = flags.cluster === undefined && flags.clusterSelector === undefined;
    const chosen = all ? inOrder(indexOf(kit)) : selectedClusters(context);
    const rows = chosen.map(({ name, order, size, labels }) => [
      name,
      `${order ?? ''}`,
      `${size ?? ''}`,
      words(labels),
    ]);
    for (const line of table([['NAME', 'ORDER', 'SIZE', 'LABELS'], ...rows])) sink.text(line);
    const shown = chosen.map(({ problem, ...entry }) => ({
      ...entry,
      ...(problem && { problem: reported(problem).error }),
    }));
    for (const { name, problem } of shown)
      if (problem) sink.note(`warning: ${name}: ${problem.message} (${problem.place})`);
    for (const cluster of shown) sink.event({ cluster });
    if (sink.mode === 'json') sink.json({ count: shown.length, clusters: shown });
    return shown.some(({ problem }) => problem) ? EXIT.targets : EXIT.done;
  },
});

const words = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
