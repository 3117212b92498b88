import { z } from 'zod';
import {
  describeProcesses,
  holdRefusal,
  holdVariables,
  namesProcesses,
  processParams,
  unitName,
} from '../stop/hold.ts';
import { foundNone } from '../stop/none.ts';
import { defineAction } from '../types.ts';
import node from './node.sh';

const params = z
  .strictObject({
    /** The kubelet's unit; `none` to leave the kubelet alone. */
    kubelet: z.union([z.literal('none'), unitName]).default('kubelet.service'),
    ...processParams,
  })
  .superRefine((p, ctx) => {
    const message = holdRefusal(p);
    if (message) ctx.addIssue({ code: 'custom', message });
  })
  .refine((p) => p.kubelet !== 'none' || namesProcesses(p), {
    message: 'nothing to hold: name a process, or leave the kubelet in',
  });

type ShrinkParams = z.output<typeof params>;

const asHold = (p: ShrinkParams) => ({ ...p, unit: p.kubelet === 'none' ? undefined : p.kubelet });

/** Fewer API clients without losing a machine: the kubelet held on a share of the workers, and the offender with it. */
export const shrink = defineAction({
  name: 'shrink',
  title: 'Hold kubelets and offenders on a share of the workers',
  danger: 'change',
  scope: 'node',
  takesOut: 'until-undo',
  silencesKubelets: (p) => p.kubelet !== 'none',
  // A kubelet that starts lists all that it needs: that, and its neighbours', settles in a few seconds.
  back: { canary: '1', wave: '10%', pauseMs: 10_000 },
  params,
  summary: (p) =>
    [
      p.kubelet !== 'none' && `stop ${p.kubelet} and mask it (containers go on, unmanaged)`,
      namesProcesses(p) && `${p.how} ${describeProcesses(p)}`,
    ]
      .filter(Boolean)
      .join('; '),
  undo: {
    summary: (p) =>
      [
        p.kubelet !== 'none' && `unmask and start ${p.kubelet}`,
        namesProcesses(p) && `release what is held: ${describeProcesses(p)}`,
      ]
        .filter(Boolean)
        .join('; '),
    danger: 'change',
  },
  foundNone: (p, results) => foundNone(asHold(p), results),
  node: { fragments: { node }, variables: (p) => ({ P_KUBELET: p.kubelet, ...holdVariables(p) }) },
});
