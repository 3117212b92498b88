import { defineAction } from '../types.ts';
import { fragments } from './fragments.ts';
import { pauseParameters } from './params.ts';

/** Takes components of the control plane out by their static pod manifests or systemd units, and puts them back: without the API. */
export const pause = defineAction({
  name: 'pause',
  title: 'Pause components of the control plane',
  // Running workloads continue, no access is cut off, and undo is exact: not severe.
  danger: 'change',
  scope: 'node',
  parameters: pauseParameters,
  summary: (p) =>
    `pause ${p.component.join(', ')}: hide the manifest from the kubelet, or mask the unit, until undo`,
  counted: (p) => [{ one: 'component', many: 'components', done: 'paused', names: p.component }],
  undo: {
    summary: (p) =>
      `start ${p.component.join(', ')} again: put the manifest back where the kubelet reads it, or unmask the unit`,
    danger: 'change',
  },
  node: {
    fragments,
    variables: (p) => ({ P_COMPONENT: p.component.join(' '), P_WAIT: String(p.wait) }),
  },
});
