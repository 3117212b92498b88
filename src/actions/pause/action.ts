import { z } from 'zod';
import { list, seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import { fragments } from './fragments.ts';

/** What runs as a static pod beside the API servers and can be missed for a while: never the API server or etcd. */
const COMPONENTS = ['kube-controller-manager', 'kube-scheduler', 'cluster-autoscaler'] as const;

const params = z.strictObject({
  component: list()
    .pipe(
      z
        .array(z.enum(COMPONENTS, { error: `expected one or more of ${COMPONENTS.join(', ')}` }))
        .min(1, 'name a component'),
    )
    .transform((names) => [...new Set(names)])
    .default(['kube-controller-manager']),
  /** How long the kubelet gets to let go of the pod before the pod is frozen. */
  wait: seconds(1, 300).default(30),
});

/** Components of the control plane out and back in, by their static pod manifests: without the API. */
export const pause = defineAction({
  name: 'pause',
  title: 'Take components of the control plane out',
  // Running workloads go on, nothing of ours is cut off, and undo is exact: no `severe`.
  danger: 'change',
  scope: 'node',
  params,
  summary: (p) => `pause ${p.component.join(', ')}: the manifest out of the kubelet's sight until undo`,
  undo: {
    summary: (p) => `give ${p.component.join(', ')} back: the manifest where the kubelet sees it`,
    danger: 'change',
  },
  node: {
    fragments,
    variables: (p) => ({ P_COMPONENT: p.component.join(' '), P_WAIT: String(p.wait) }),
  },
});
