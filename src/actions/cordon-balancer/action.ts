import { formatDuration } from '../../base/duration.ts';
import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { cordonBalancerParameters } from './params.ts';

/** Takes nodes out of their load balancers (ALB, NLB, classic), and waits for open connections. */
export const cordonBalancer = defineAction({
  name: 'cordon-balancer',
  title: 'Take nodes out of their load balancers',
  danger: (p) => (p.mayBeReplaced ? 'severe' : 'change'),
  scope: 'cloud',
  takesOut: 'until-undo',
  parameters: cordonBalancerParameters,
  summary: (p) =>
    `deregister each node from ${p.group.length > 0 ? p.group.join(', ') : 'its target groups and Classic Load Balancers'}; ` +
    `${p.floor === 0 ? 'EVEN THE LAST healthy target' : `${p.floor} healthy remain in each`}; ` +
    `open connections have up to ${formatDuration(p.within * 1000)}` +
    (p.mayBeReplaced ? '; A SCALING GROUP MAY TERMINATE ITS MACHINES' : ''),
  counted: () => [{ one: 'target', many: 'targets', done: 'deregistered', found: 'targets' }],
  foundNone: (_, results) =>
    results.length > 0 && results.every(({ data }) => data?.targets === '0')
      ? 'no node is in a target group or a Classic Load Balancer of its account and region: is the region right? (pods are not covered)'
      : undefined,
  undo: {
    summary: (p) =>
      `register the targets again, each with its port and zone, and wait up to ${formatDuration(p.within * 1000)} for health`,
    danger: 'change',
  },
  cloud: cloudSide(),
});
