import { formatDuration } from '../../base/duration.ts';
import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { evacuateParameters } from './params.ts';

/** Shifts users' traffic from a whole cluster to healthy ones, in steps. */
export const evacuate = defineAction({
  name: 'evacuate',
  title: "Shift users' traffic to healthy clusters",
  danger: 'severe',
  scope: 'cloud',
  parameters: evacuateParameters,
  summary: (p) =>
    `leave the cluster ${p.steps.map((step) => `${step}%`).join(', then ')} of its share of users' traffic, ` +
    `${formatDuration(p.pause * 1000)} between steps, while ${p.minHealthy}% of the receiving targets are healthy`,
  counted: () => [{ one: 'place', many: 'places', done: 'moved', found: 'places' }],
  undo: {
    summary: (p) =>
      `return the former weights in the same steps, ${formatDuration(p.pause * 1000)} between them, ` +
      `while ${p.minHealthy}% of the cluster's own targets are healthy`,
    danger: 'severe',
  },
  cloud: cloudSide(),
});
