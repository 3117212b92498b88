import * as z from 'zod';
import { list, seconds } from '../kinds.ts';
import type { Parameters } from '../params.ts';

/** Components that a kubelet runs as static pods. */
export const STARTED = ['kube-apiserver', 'etcd', 'kube-controller-manager', 'kube-scheduler'] as const;

export const startParameters = {
  component: {
    schema: list()
      .pipe(
        z
          .array(z.enum(STARTED, { error: `expected one or more of ${STARTED.join(', ')}` }))
          .min(1, 'expected at least one component'),
      )
      .transform((names) => [...new Set(names)]),
    help: 'component to start',
    flag: '--component <name>',
    repeatable: true,
    default: 'kube-apiserver',
  },
  wait: {
    schema: seconds(1, 300),
    help: 'time for the kubelet to start it',
    flag: '--wait <duration>',
    default: '30s',
  },
} satisfies Parameters;
