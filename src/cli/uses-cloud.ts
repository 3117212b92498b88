import { actionNamed } from '../actions/registry.ts';
import { actionSteps } from '../plan/steps.ts';
import type { Plan } from '../plan/types.ts';

/** Whether a step of the plan calls the cloud's API itself, whatever its transports. */
export function usesCloud(plan: Plan): boolean {
  return actionSteps(plan).some(({ action }) => actionNamed(action).scope === 'cloud');
}
