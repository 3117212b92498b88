import { fenceParameters } from '../../actions/fence/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { toggle } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'fence',
  summary: 'Keep API clients away from the API servers, at the control-plane hosts or where the clients run',
  examples: [
    'fireaxe fence -c prod-1 --reason INC-42 --dry-run',
    'fireaxe fence -c prod-1 --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --pause-controllers --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --allow 10.0.9.0/24 --timer 5m --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --only telemetry-agent --service 10.96.0.1 --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --except kubelet --service 10.96.0.1 --reason INC-42',
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42   # let clients back in at a pace',
    'fireaxe undo last                                       # open at once',
  ],
  danger: 'severe',
  options: {
    ...parameterFlags(fenceParameters),
    pauseControllers: toggle(
      '--pause-controllers',
      'pause kube-controller-manager first, so fenced nodes keep their endpoints',
    ),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'fence',
      params: givenParameters(fenceParameters, flags),
      ...(flags.pauseControllers === true && { before: { action: 'pause', params: {} } }),
      anywhere: flags.on === 'nodes' ? 'role=worker' : 'role=control-plane',
    }),
});
