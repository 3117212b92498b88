import { STARTED, startParameters } from '../../actions/start/params.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'start',
  summary:
    'Start an API server (or etcd, kube-controller-manager, kube-scheduler) that the kubelet would start only after its back-off of up to 5 minutes',
  examples: [
    'fireaxe start -c prod-1 --reason INC-42 --dry-run',
    'fireaxe start -c prod-1 --reason INC-42',
    'fireaxe start -c prod-1 --component etcd --nodes cp-2 --reason INC-42',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(startParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  notes: `\nComponents: ${STARTED.join(', ')}. One that runs is left alone.`,
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'start',
      params: givenParameters(startParameters, flags),
      anywhere: 'role=control-plane',
    }),
});
