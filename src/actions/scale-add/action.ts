import { formatDuration } from '../../base/duration.ts';
import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { scaleAddParameters } from './params.ts';

/** More API servers: machines from a launch template, registered where the present ones are. */
export const scaleAdd = defineAction({
  name: 'scale-add',
  title: 'Add API servers from a launch template',
  danger: 'severe',
  scope: 'cloud',
  parameters: scaleAddParameters,
  summary: (p) =>
    `launch ${p.add} more API server${p.add === 1 ? '' : 's'} from ${p.template} in the zones of the control plane` +
    (p.withoutBalancer ? ', IN NO target group' : ', and register each in its target groups') +
    (p.ignoreQuorum ? '; WITHOUT the etcd quorum check' : ''),
  counted: () => [{ one: 'API server', many: 'API servers', done: 'added', found: 'machines' }],
  undo: {
    summary: (p) =>
      `deregister the ${p.add} added API server${p.add === 1 ? '' : 's'}, wait up to ${formatDuration(p.within * 1000)} for open connections, TERMINATE what was added` +
      (p.ignoreQuorum
        ? '; WITHOUT a look at etcd: first remove each that became a member (etcdctl member remove ID)'
        : '; refused while one may be a member of etcd'),
    danger: 'severe',
  },
  cloud: cloudSide(),
});
