import { paceParameters } from '../../actions/pace/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'pace',
  summary: 'Limit the image pulls of nodes while they return, by the settings of their kubelets',
  examples: [
    'fireaxe pace -c prod-1 -l role=worker --reason INC-42 --dry-run',
    'fireaxe pace -c prod-1 -l role=worker --canary 1 --wave 10% --reason INC-42',
    'fireaxe pace -c prod-1 -l pool=batch --pulls 1 --qps 1 --burst 1 --reason INC-42',
    'fireaxe undo last       # pulls as before',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(paceParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  notes:
    '\nA kubelet that runs is restarted, one that shrink holds is not: limit the pulls before the nodes return.',
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'pace',
      params: givenParameters(paceParameters, flags),
      anywhere: 'role!=control-plane',
    }),
});
