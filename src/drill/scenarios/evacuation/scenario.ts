import { labMs } from '../../time-scale.ts';
import { TELEMETRY_FLOOD } from '../telemetry-flood/scenario.ts';
import type { Scenario } from '../types.ts';
import { INTRO, NAME, TITLE } from './about.ts';

/** The telemetry flood in one of two clusters between which a weighted record divides the users. */
export const EVACUATION: Scenario = {
  ...TELEMETRY_FLOOD,
  name: NAME,
  title: TITLE,
  intro: INTRO,
  why: {
    ...TELEMETRY_FLOOD.why,
    evacuate: 'users need their cluster less than the cluster needs quiet: another one can serve them',
  },
  clusters: 2,
  workers: 16,
  evacuation: 'evacuate-cluster',
  kitParameters: {
    ...TELEMETRY_FLOOD.kitParameters,
    // The users whose names fail have left by then.
    names: 'false',
    // The lab's clocks are fast: so are the steps of the evacuation.
    pause: `${labMs(60)}ms`,
  },
  practice: [
    'fireaxe run evacuate-cluster -c lab --reason practice --dry-run',
    'fireaxe run evacuate-cluster -c lab --reason practice',
    'fireaxe run control-plane-lockout -c lab --reason practice',
    'fireaxe runs',
  ],
  prepare: async (parts, others) => new (await import('./outage.ts')).Evacuation(parts, others),
};
