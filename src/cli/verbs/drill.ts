import { usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { refuseIdleFlags } from '../drill/fitting.ts';
import { type DrillFlags, drillOptions } from '../drill/options.ts';
import { type CliIo, defineVerb } from '../types.ts';

const WORDS = ['up', 'down', 'status'];

export default defineVerb({
  name: 'drill',
  summary: 'Practise an outage in a lab on this machine',
  examples: [
    'fireaxe drill                         # break the lab, recover it, show the score',
    'fireaxe drill --scenario etcd-nospace # practise a full etcd',
    'fireaxe drill --scenario evacuation   # two clusters: users leave the broken one meanwhile',
    'fireaxe drill --scenario cold-start   # nodes without images, and a registry with a limit',
    'fireaxe drill --clusters 6            # six labs, recovered by a rollout with a canary',
    'fireaxe drill --hands-off             # do nothing: nothing recovers by itself',
    'fireaxe drill --playbook shed-load    # try another playbook',
    'fireaxe drill --on staging-1 --reason GAME-7 --dry-run   # a flood on a real cluster, where the kit allows it',
    'fireaxe drill up                      # leave the broken lab running, to practise by hand',
    'fireaxe drill status',
    'fireaxe drill down',
  ],
  danger: 'read',
  argument: ['[what]', 'up, down or status (default: play the whole drill)'],
  words: WORDS,
  options: drillOptions,
  async run([what], flags, io) {
    refuseIdleFlags(what ?? '', flags);
    // Ctrl-C stops the lab in order.
    const ended = io.inFlight();
    try {
      return await play(what, flags, io);
    } finally {
      ended();
    }
  },
});

/** One lab, or several that are recovered by a rollout. */
async function playAll(flags: DrillFlags, io: CliIo): Promise<number> {
  const { clusterCount } = await import('../drill/words.ts');
  const count = await clusterCount(flags);
  if (count === 1) return (await import('../drill/play.ts')).play(flags, io);
  return (await import('../drill/play-clusters.ts')).playClusters(count, flags, io);
}

async function play(what: string | undefined, flags: DrillFlags, io: CliIo): Promise<number> {
  switch (what) {
    case undefined:
      if (flags.on !== undefined)
        return (await import('../drill/game-day/game-day.ts')).gameDay(flags.on, flags, io);
      return playAll(flags, io);
    case 'up':
    case 'down':
    case 'status':
      return (await import('../drill/by-hand.ts'))[what](flags, io);
    // The lab's own process, which startLab starts.
    case 'serve':
      return (await import('../drill/serve.ts')).serve(flags, io);
    default:
      throw usage(`unknown argument ${JSON.stringify(what)}`, {
        expected: 'up, down or status, or no argument',
        next: `fireaxe drill ${nearest(what, WORDS) ?? '--help'}`,
      });
  }
}
