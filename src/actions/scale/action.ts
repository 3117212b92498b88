import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { scaleParameters } from './params.ts';

/** Gives machines a bigger (or smaller) instance type, one at a time, guarded by an etcd quorum check. */
export const scale = defineAction({
  name: 'scale',
  title: 'Change the instance type',
  danger: 'severe',
  scope: 'cloud',
  takesOut: 'one-at-a-time',
  parameters: scaleParameters,
  summary: (p) =>
    `stop each machine, change it to ${p.type}, start it; one at a time, ` +
    (p.ignoreQuorum ? 'WITHOUT the etcd quorum check' : 'only while the other etcd members keep a majority') +
    (p.forceStop ? `; BY FORCE if one is still stopping after ${p.within}s` : ''),
  counted: () => [{ one: 'machine', many: 'machines', done: 'restarted' }],
  undo: {
    summary(p, found) {
      const types = [...new Set(found.map((state) => state.type).filter((type) => type !== undefined))];
      const back = types.length > 0 ? types.join(' or ') : 'the former type';
      return (
        `${p.type} → ${back}: stop and start each machine, one at a time` +
        (p.ignoreQuorum ? ', WITHOUT the etcd quorum check' : '')
      );
    },
    danger: 'severe',
  },
  cloud: cloudSide(),
});
