import { cordonParameters } from '../../actions/cordon/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'cordon',
  summary: 'Keep new user traffic away from nodes; open connections may finish',
  examples: [
    'fireaxe cordon -c prod-1 -l zone=a --port 443 --reason INC-42',
    'fireaxe cordon -c prod-1 -l role=worker --canary 1 --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(cordonParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run: (_args, flags, io) =>
    runAction(flags, io, { action: 'cordon', params: givenParameters(cordonParameters, flags) }),
});
