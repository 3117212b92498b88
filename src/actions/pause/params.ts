import * as z from 'zod';
import { list, seconds } from '../kinds.ts';
import type { Parameters } from '../params.ts';

/** Static pods beside the API servers that a cluster can do without for a while: never the API server or etcd. */
export const COMPONENTS = ['kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler'] as const;

export const pauseParameters = {
  component: {
    schema: list()
      .pipe(
        z
          .array(z.enum(COMPONENTS, { error: `expected one or more of ${COMPONENTS.join(', ')}` }))
          .min(1, 'expected at least one component'),
      )
      .transform((names) => [...new Set(names)]),
    help: 'component to pause',
    flag: '--component <name>',
    repeatable: true,
    default: 'kube-controller-manager',
  },
  wait: {
    schema: seconds(1, 300),
    help: 'time for the kubelet to stop the pod before it is frozen',
    flag: '--wait <duration>',
    default: '30s',
  },
} satisfies Parameters;
