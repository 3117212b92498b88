import { usage } from '../../base/errors.ts';
import { TELEMETRY_FLOOD } from './telemetry-flood.ts';
import type { Scenario } from './types.ts';

const SCENARIOS: readonly Scenario[] = [TELEMETRY_FLOOD];

export const DEFAULT_SCENARIO = TELEMETRY_FLOOD.name;

export function scenarioNamed(name: string): Scenario {
  const found = SCENARIOS.find((s) => s.name === name);
  if (found) return found;
  throw usage(`no such scenario: ${JSON.stringify(name)}`, {
    place: '--scenario',
    expected: SCENARIOS.map((s) => s.name).join(', '),
  });
}
