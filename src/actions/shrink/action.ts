import { holdVariables } from '../stop/hold.ts';
import { foundNone } from '../stop/none.ts';
import { countedProcesses, describeProcesses, namesProcesses } from '../stop/processes.ts';
import { defineAction } from '../types.ts';
import node from './node.sh';
import { type ShrinkParams, shrinkMisfit, shrinkParameters } from './params.ts';

const asHold = (p: ShrinkParams) => ({ ...p, unit: p.kubelet === 'none' ? undefined : p.kubelet });

/** Fewer API clients without losing a machine: holds the kubelet on a share of the workers, and the offender with it. */
export const shrink = defineAction({
  name: 'shrink',
  title: 'Hold kubelets and offenders on a share of the workers',
  danger: 'change',
  scope: 'node',
  takesOut: 'until-undo',
  silencesKubelets: (p) => p.kubelet !== 'none',
  lasts: (p) => (p.kubelet === 'none' ? p.for : undefined),
  // A starting kubelet lists everything it needs; that load settles in a few seconds.
  back: { canary: '1', wave: '10%', pauseMs: 10_000 },
  parameters: shrinkParameters,
  check: shrinkMisfit,
  summary: (p) =>
    [
      p.kubelet !== 'none' && `stop ${p.kubelet} and mask it (containers keep running, unmanaged)`,
      namesProcesses(p) && `${p.how} ${describeProcesses(p)}`,
    ]
      .filter(Boolean)
      .join('; '),
  counted: (p) => [
    ...(p.kubelet === 'none' ? [] : [{ one: 'unit', many: 'units', done: 'stopped', names: [p.kubelet] }]),
    ...(namesProcesses(p) ? [countedProcesses(describeProcesses(p))] : []),
  ],
  undo: {
    summary: (p) =>
      [
        p.kubelet !== 'none' && `unmask and start ${p.kubelet}`,
        namesProcesses(p) && `release held ${describeProcesses(p)}`,
      ]
        .filter(Boolean)
        .join('; '),
    danger: 'change',
  },
  foundNone: (p, results) => foundNone(asHold(p), results),
  node: { fragments: { node }, variables: (p) => ({ P_KUBELET: p.kubelet, ...holdVariables(p) }) },
});
