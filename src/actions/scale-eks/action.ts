import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { scaleEksParameters } from './params.ts';

/** Gives an EKS control plane another tier: more requests at once, a faster etcd. */
export const scaleEks = defineAction({
  name: 'scale-eks',
  title: 'Change the tier of an EKS control plane',
  danger: (p) => (p.down ? 'severe' : 'change'),
  scope: 'cloud',
  parameters: scaleEksParameters,
  summary: (p) =>
    `change the EKS control plane to ${p.eksTier}${p.down ? ', EVEN IF IT IS LOWER: fewer requests at once' : ''}; the API answers meanwhile`,
  counted: () => [{ one: 'control plane', many: 'control planes', done: 'changed to another tier' }],
  undo: {
    summary: (p, found) => {
      const tiers = [...new Set(found.map(({ tier }) => tier).filter(Boolean))];
      return `${p.eksTier} → ${tiers.join(' or ') || 'the former tier'}; EKS may refuse a tier that is too small for the cluster`;
    },
    danger: 'change',
  },
  cloud: cloudSide(),
});
