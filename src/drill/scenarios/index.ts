import { usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { COLD_START } from './cold-start/scenario.ts';
import { ETCD_NOSPACE } from './etcd-nospace/scenario.ts';
import { EVACUATION } from './evacuation/scenario.ts';
import { TELEMETRY_FLOOD } from './telemetry-flood/scenario.ts';
import type { Scenario } from './types.ts';

/** Every scenario; the first one is the default. */
export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [
  TELEMETRY_FLOOD,
  ETCD_NOSPACE,
  EVACUATION,
  COLD_START,
];

export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found) return found;
  const names = SCENARIOS.map((scenario) => scenario.name);
  const meant = nearest(name, names);
  throw usage(`unknown scenario ${JSON.stringify(name)}`, {
    place: '--scenario',
    expected: names.join(', '),
    ...(meant !== undefined && { next: `fireaxe drill --scenario ${meant}` }),
  });
}
