import { TIME_SCALE } from '../../time-scale.ts';
import type { Scenario } from '../types.ts';
import { INTRO, NAME, TITLE, WHY } from './about.ts';

/** Workers that come back without an image, and a registry with a limit. */
export const COLD_START: Scenario = {
  name: NAME,
  title: TITLE,
  intro: INTRO,
  why: WHY,
  playbook: 'cold-start',
  workers: 24,
  // A slow login would be most of the time of a gate's reading.
  faults: false,
  kitParameters: {
    batch: '34%',
    sample: '4',
    // A pod that waits is one that has no image yet.
    waiting: '0',
    // The lab's clocks are fast: so are its gates.
    'gate-for': '1s',
    'gate-within': '2m',
    'gate-every': '500ms',
  },
  practice: [
    'fireaxe run cold-start --reason practice',
    'fireaxe run cold-start -p batch=100% --reason practice',
  ],
  scaleNote: `Seconds above are real; the lab's own clocks (back-off, pulls, leases) run ${TIME_SCALE} times faster than real ones, Fireaxe does not. Compare with -p batch=100%.`,
  prepare: async (parts) => new (await import('./outage.ts')).ColdStart(parts),
};
