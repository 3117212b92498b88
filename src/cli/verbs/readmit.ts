import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { batchOptions, readmit } from '../readmit.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'readmit',
  summary: 'Let fenced clients back in, in batches, each only while the control plane stays healthy',
  examples: [
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42',
    "fireaxe readmit -c prod-1 -l 'zone=a' --batch 5 --reason INC-42",
    'fireaxe readmit -c prod-1 --nodes "n[1-4]" --reason INC-42 --dry-run',
    'fireaxe undo last       # fence them again',
  ],
  danger: 'change',
  options: { ...batchOptions, ...targetOptions, ...paceOptions, ...changeOptions },
  run: (_args, flags, io) => readmit(flags, io),
});
