import { formatDuration } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import { zoneOf } from '../../fleet/labels.ts';
import { selectNodes } from '../../fleet/select.ts';
import { indexOf } from '../../kit/cluster-named.ts';
import { inOrder } from '../../kit/clusters/order.ts';
import type { ClusterEntry } from '../../kit/clusters/types.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit, Target } from '../../kit/types.ts';
import { eachCluster, type Reading } from '../clusters/each.ts';
import { type CliContext, openContext, selectedClusters, selectionOf } from '../context.ts';
import { discover } from '../discover.ts';
import { EXIT } from '../exit-codes.ts';
import { toggle } from '../option.ts';
import { targetOptions, verboseOptions } from '../options.ts';
import { table } from '../output.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'nodes',
  summary: 'List the nodes that a selection matches, and how each would be reached',
  examples: [
    'fireaxe nodes -c prod-1',
    'fireaxe nodes -c prod-1 -l role=control-plane',
    "fireaxe nodes -c 'prod-*' -l role=control-plane",
    "fireaxe nodes -c prod-1 -l 'zone in (a,b),!gpu' --limit 10%",
    "fireaxe nodes --nodes 'n[1-9,12]!n5' --output json",
    'fireaxe nodes -c prod-1 --discover --save       # renew the snapshot from EC2',
    'fireaxe nodes --discover --save                 # of all clusters, each in its region and account',
  ],
  danger: 'read',
  options: {
    discover: toggle('--discover', 'read the cluster from EC2 by its tags, instead of the snapshot'),
    save: toggle('--save', 'with --discover: save the result as the snapshot in the kit'),
    ...targetOptions,
    ...verboseOptions,
  },
  async run(_args, flags, io) {
    if (flags.save && !flags.discover)
      throw usage('--save has no effect without --discover', { place: '--save', next: 'add --discover' });
    const context = await openContext(
      { ...flags, save: undefined },
      io,
      flags.discover ? { fleets: 'if-there' } : {},
    );
    return eachCluster(
      context,
      async (of, cluster) => {
        if (flags.discover) await discover(of, cluster, flags.save === true);
        return list(of, cluster);
      },
      // EC2 is waited for; a snapshot is only read, and the first is shown before the next.
      { chosen: meant(context), ...(flags.discover ? {} : { atOnce: 1 }) },
    );
  },
});

/** Without a selection of clusters all are listed. */
function meant(context: CliContext): readonly ClusterEntry[] {
  const { cluster, clusterSelector } = context.flags;
  return cluster === undefined && clusterSelector === undefined
    ? inOrder(indexOf(context.kit))
    : selectedClusters(context);
}

function list({ sink, io, flags }: CliContext, cluster: ClusterKit): Reading {
  const chosen = targetsOf(cluster, selectNodes(cluster.fleet.nodes, selectionOf(flags)));
  const head = ['NAME', 'CLUSTER', 'ROLES', 'ZONE', 'ADDRESS', 'TRANSPORTS'];
  if (sink.mode === 'text') for (const line of table([head, ...chosen.map(row)])) sink.text(line);
  const { takenAt, source } = cluster.fleet;
  const ageSeconds = (io.now().getTime() - Date.parse(takenAt)) / 1000;
  const fleet = { cluster: cluster.name, takenAt, source, ageSeconds };
  sink.note(`${cluster.name}: snapshot from ${source}, ${ageText(ageSeconds)}`);
  for (const node of chosen) sink.event({ node: shown(node) });
  if (sink.mode === 'json') sink.json({ fleets: [fleet], count: chosen.length, nodes: chosen.map(shown) });
  return { code: EXIT.done, counts: { nodes: chosen.length } };
}

/** A snapshot from the future means that a clock is wrong, here or where it was taken. */
function ageText(seconds: number): string {
  const age = formatDuration(Math.abs(seconds) * 1000);
  return seconds < -60 ? `${age} in the future: is the clock right?` : `${age} old`;
}

function row(node: Target): string[] {
  return [
    node.name,
    node.cluster,
    node.roles.join(','),
    zoneOf(node),
    // Without brackets an IPv6 address and its port read as one address.
    `${node.address.includes(':') ? `[${node.address}]` : node.address}:${node.port}`,
    transports(node),
  ];
}

function transports(node: Target): string {
  return node.via.join(',') + (node.ssh.jump ? ` behind ${node.ssh.jump.name}` : '');
}

function shown(node: Target) {
  const { name, cluster, roles, address, port, internalAddress, labels, instanceId, via } = node;
  return {
    name,
    cluster,
    roles,
    address,
    port,
    internalAddress,
    labels,
    instanceId,
    via,
    jump: node.ssh.jump?.name,
  };
}
