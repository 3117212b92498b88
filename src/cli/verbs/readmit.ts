import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { readmit } from '../readmit.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'readmit',
  summary: 'Let fenced clients back in, in batches, each only while the control plane stays well',
  examples: [
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42',
    "fireaxe readmit -c prod-1 -l 'zone=a' --batch 5 --reason INC-42",
    'fireaxe readmit -c prod-1 --nodes "n[1-4]" --reason INC-42 --dry-run',
    'fireaxe undo last       # fence them again',
  ],
  danger: 'change',
  configure: (command) => {
    command
      .option('--batch <N|N%>', 'so many clients at a time, spread over the zones (default 25%)')
      .option('--all', 'remove the fence at once, for everybody')
      .option('--no-gate', 'do not wait between batches until the control plane is well')
      .option('--gate-for <duration>', 'how long it must be well before the next batch (default 5s)');
    changeOptions(paceOptions(targetOptions(command)));
  },
  run: (_args, flags, io) => readmit(flags, io),
});
