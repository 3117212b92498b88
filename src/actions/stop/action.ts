import { defineAction } from '../types.ts';
import { holdVariables } from './hold.ts';
import node from './node.sh';
import { foundNone } from './none.ts';
import { type StopParams, stopMisfit, stopParameters } from './params.ts';
import { podVariables } from './pods.ts';
import { countedProcesses, describeProcesses } from './processes.ts';

/** Holds an offender: a unit stopped and masked, or processes or pods, also those that start again later. */
export const stop = defineAction({
  name: 'stop',
  title: 'Hold an offender',
  danger: 'change',
  scope: 'node',
  parameters: stopParameters,
  check: stopMisfit,
  summary(p) {
    if (p.unit) return `stop ${p.unit} and mask it until undo or reboot`;
    if (p.pods === undefined) return `${p.how} ${describeProcesses(p)}`;
    return p.how === 'network'
      ? `cut pods ${p.pods} off from the API servers, and from nothing else`
      : `freeze pods ${p.pods}`;
  },
  counted(p) {
    if (p.unit) return [{ one: 'unit', many: 'units', done: 'stopped', names: [p.unit] }];
    if (p.pods === undefined) return [countedProcesses(describeProcesses(p))];
    if (p.how === 'freeze') return [countedProcesses(`pods ${p.pods}`)];
    return [{ one: 'node', many: 'nodes', done: `with pods ${p.pods} cut off` }];
  },
  silencesKubelets: (p) => /^kubelet(\.service)?$/.test(p.unit ?? p.process ?? ''),
  lasts: (p) => (p.unit === undefined ? p.for : undefined),
  warnings: (p) => (p.pods !== undefined && p.how === 'freeze' ? [PROBED] : []),
  undo: { summary: release, danger: 'change' },
  foundNone,
  node: {
    fragments: { node },
    variables: (p: StopParams, _target, context) => ({
      P_UNIT: p.unit ?? '',
      ...holdVariables(p),
      ...podVariables(p, context),
    }),
  },
});

const PROBED =
  'the kubelet restarts a frozen container when its liveness probe fails, at the latest after the thaw; --how network keeps it running';

function release(p: StopParams): string {
  if (p.unit) return `unmask ${p.unit}, and start it where it was running`;
  if (p.pods === undefined) return `release held ${describeProcesses(p)}`;
  return p.how === 'network' ? `let pods ${p.pods} reach the API servers again` : `thaw pods ${p.pods}`;
}
