import { formatDuration } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import { zoneOf } from '../../fleet/labels.ts';
import { selectNodes } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { Target } from '../../kit/types.ts';
import { type CliContext, chooseCluster, openContext, selectionOf } from '../context.ts';
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
    "fireaxe nodes -c prod-1 -l 'zone in (a,b),!gpu' --limit 10%",
    "fireaxe nodes --nodes 'n[1-9,12]!n5' --output json",
    'fireaxe nodes -c prod-1 --discover --save       # renew the snapshot from EC2',
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
    if (flags.discover) await discover(context, flags.save === true);
    const clusters = flags.cluster ? [chooseCluster(context)] : allOrOne(context);
    const nodes = clusters.flatMap((cluster) => targetsOf(cluster));
    const chosen = selectNodes(nodes, selectionOf(flags));
    const { sink } = context;
    for (const line of table([
      ['NAME', 'CLUSTER', 'ROLES', 'ZONE', 'ADDRESS', 'TRANSPORTS'],
      ...chosen.map(row),
    ])) {
      sink.text(line);
    }
    const fleets = clusters.map((c) => {
      const ageMs = io.now().getTime() - Date.parse(c.fleet.takenAt);
      return { cluster: c.name, takenAt: c.fleet.takenAt, source: c.fleet.source, ageSeconds: ageMs / 1000 };
    });
    for (const fleet of fleets) {
      sink.note(`${fleet.cluster}: snapshot from ${fleet.source}, ${ageText(fleet.ageSeconds)}`);
    }
    for (const node of chosen) sink.event({ node: shown(node) });
    if (sink.mode === 'json') sink.json({ fleets, count: chosen.length, nodes: chosen.map(shown) });
    return EXIT.done;
  },
});

/** A snapshot from the future means that a clock is wrong, here or where it was taken. */
function ageText(seconds: number): string {
  const age = formatDuration(Math.abs(seconds) * 1000);
  return seconds < -60 ? `${age} in the future: is the clock right?` : `${age} old`;
}

/** Without `-c` all clusters are listed; one that cannot be opened is an error, so that no list is silently short. */
function allOrOne({ kit }: CliContext) {
  for (const error of Object.values(kit.unopened ?? {})) throw error;
  return Object.values(kit.clusters);
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
