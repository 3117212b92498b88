import { evacuateParameters } from '../../actions/evacuate/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'evacuate',
  summary: "Shift a cluster's user traffic to healthy clusters, in steps, by the weights that its kit names",
  examples: [
    'fireaxe evacuate -c prod-1 --reason INC-42 --dry-run',
    'fireaxe evacuate -c prod-1 --reason INC-42 --confirm "prod-1 1"',
    'fireaxe evacuate -c prod-1 --steps 50 --pause 2m --reason INC-42 --confirm "prod-1 1"',
    'fireaxe undo last --confirm "prod-1 1"      # the former weights, in the same steps',
  ],
  danger: 'severe',
  options: { ...parameterFlags(evacuateParameters), ...targetOptions, ...paceOptions, ...changeOptions },
  notes:
    '\nOne step for the whole cluster: it is counted on the first control-plane node, which is not contacted.',
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'evacuate',
      params: givenParameters(evacuateParameters, flags),
      anywhere: 'role=control-plane',
      targets: (chosen) => chosen.slice(0, 1),
    }),
});
