import { given, runAction } from '../action-verb.ts';
import { value, values } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'pause',
  summary:
    'Take kube-controller-manager (or kube-scheduler, cluster-autoscaler) out on the control-plane nodes, so that a fenced cluster does not evict itself',
  examples: [
    'fireaxe pause -c prod-1 --reason INC-42 --dry-run',
    'fireaxe pause -c prod-1 --reason INC-42',
    'fireaxe pause -c prod-1 --component kube-controller-manager --component kube-scheduler --reason INC-42',
    'fireaxe undo last        # give it back: the same file under its former name',
  ],
  danger: 'change',
  options: {
    component: values(
      '--component <name>',
      'kube-controller-manager (default), kube-scheduler or cluster-autoscaler (repeatable)',
    ),
    wait: value(
      '--wait <duration>',
      'how long the kubelet gets to let go before the pod is frozen (default 30s)',
    ),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  // Everywhere at once by default: a standby that is left takes the lease.
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'pause',
      params: given(flags, { component: 'component', wait: 'wait' }),
      anywhere: 'role=control-plane',
    }),
});
