import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { fenceEksParameters } from './params.ts';

/** Narrows the public endpoint of an EKS cluster, whose control plane is in no VPC of the account. */
export const fenceEks = defineAction({
  name: 'fence-eks',
  title: 'Keep API clients away from the public endpoint of EKS',
  danger: 'severe',
  scope: 'cloud',
  parameters: fenceEksParameters,
  summary: (p) =>
    `let in only ${[...p.allow, "the kit's addresses"].join(', ')} and our own at the public endpoint of EKS` +
    `${p.nodesToo ? ', AND CUT OFF THE NODES where they use it' : ''}; NO timer reverts it: it stands until undo`,
  counted: () => [{ one: 'endpoint', many: 'endpoints', done: 'narrowed' }],
  // It restores access, so it must be easy.
  undo: {
    summary: (_, found) => {
      const former = [...new Set(found.map((one) => one.former).filter(Boolean))];
      return `let ${former.join(' or ') || 'the former addresses'} in at the public endpoint again, all at once`;
    },
    danger: 'change',
  },
  silencesKubelets: (p) => p.nodesToo,
  cloud: cloudSide(),
});
