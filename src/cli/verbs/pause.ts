import { COMPONENTS, pauseParameters } from '../../actions/pause/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'pause',
  summary:
    'Pause kube-controller-manager (or kube-scheduler, cluster-autoscaler) on the control-plane nodes, so that a fenced cluster does not evict its own pods',
  examples: [
    'fireaxe pause -c prod-1 --reason INC-42 --dry-run',
    'fireaxe pause -c prod-1 --reason INC-42',
    'fireaxe pause -c prod-1 --component kube-controller-manager --component kube-scheduler --reason INC-42',
    'fireaxe undo last        # start it again: the same file under its former name',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(pauseParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  notes: `\nComponents: ${COMPONENTS.join(', ')}.`,
  // On all control-plane nodes by default: a standby that keeps running takes the lease.
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'pause',
      params: givenParameters(pauseParameters, flags),
      anywhere: 'role=control-plane',
    }),
});
