import { CLOCKS, TIME_SCALE } from '../../time-scale.ts';
import type { Scenario } from '../types.ts';
import { INTRO, NAME, TITLE } from './about.ts';

/** The history of etcd was never compacted: its database is over the quota, and every write is refused. */
export const ETCD_NOSPACE: Scenario = {
  name: NAME,
  title: TITLE,
  intro: INTRO,
  why: {
    space: 'compact frees nothing on the disk, defragment does, and the alarm stays until it is disarmed',
  },
  playbook: 'etcd-nospace',
  workers: 12,
  kitParameters: {
    // The lab's clocks are fast: so are its gates.
    'gate-for': `${CLOCKS.leaseExpire}ms`,
    'gate-within': '15s',
    'gate-every': '500ms',
  },
  practice: [
    "fireaxe exec -l role=control-plane --reason practice --yes -- 'etcdctl alarm list'",
    'fireaxe run etcd-nospace --reason practice',
  ],
  scaleNote: `Seconds above are real; the lab's own clocks (leases, probes) run ${TIME_SCALE} times faster than real ones. A real defragmentation takes seconds per GiB; here it takes no time.`,
  prepare: async (parts) => new (await import('./outage.ts')).EtcdNospace(parts),
};
