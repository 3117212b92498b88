import { usage } from '../../base/errors.ts';
import { refuseIdleFlags } from '../drill/fitting.ts';
import { type DrillFlags, drillOptions } from '../drill/options.ts';
import { type CliIo, defineVerb } from '../types.ts';

export default defineVerb({
  name: 'drill',
  summary: 'Practise on an embedded lab that breaks like the incident',
  examples: [
    'fireaxe drill                      # break the lab, recover it, show the score',
    'fireaxe drill --hands-off          # nothing gets better by itself',
    'fireaxe drill --playbook shed-load # practise another playbook',
    'fireaxe drill up                   # leave the broken lab running, to practise by hand',
    'fireaxe drill status',
    'fireaxe drill down',
  ],
  danger: 'read',
  argument: ['[what]', 'up, down or status; without it the whole drill is played'],
  options: drillOptions,
  async run([what], flags, io) {
    refuseIdleFlags(what ?? '', flags);
    // A lab is taken down in order, whatever is pressed.
    const ended = io.inFlight();
    try {
      return await play(what, flags, io);
    } finally {
      ended();
    }
  },
});

async function play(what: string | undefined, flags: DrillFlags, io: CliIo): Promise<number> {
  switch (what) {
    case undefined:
      return (await import('../drill/play.ts')).play(flags, io);
    case 'up':
    case 'down':
    case 'status':
      return (await import('../drill/by-hand.ts'))[what](flags, io);
    // The lab's own process; nobody types it.
    case 'serve':
      return (await import('../drill/serve.ts')).serve(flags, io);
    default:
      throw usage(`drill does not know ${JSON.stringify(what)}`, {
        expected: 'up, down, status, or nothing',
        next: 'fireaxe drill --help',
      });
  }
}
