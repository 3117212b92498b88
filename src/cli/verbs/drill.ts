import { Option } from 'commander';
import { usage } from '../../base/errors.ts';
import type { Flags } from '../context.ts';
import { refuseIdleFlags } from '../drill/fitting.ts';
import { parameterOption } from '../options.ts';
import { type CliIo, defineCommand } from '../types.ts';

export default defineCommand({
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
  configure: (command) => {
    command
      .argument('[what]', 'up, down or status; without it the whole drill is played')
      .option('--scenario <name>', 'the outage to practise')
      .option('--seed <N>', 'which nodes are in a mess, and all else that is left to chance')
      .option('--workers <N>', 'how many workers the cluster has')
      .option('--playbook <name>', 'recover with this playbook, a name or a path')
      .option('--hands-off', 'do nothing, for as long')
      .option('--dir <path>', 'where the lab of up, down and status lives')
      .addOption(new Option('--attached').hideHelp());
    parameterOption(command);
  },
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

async function play(what: string | undefined, flags: Flags, io: CliIo): Promise<number> {
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
