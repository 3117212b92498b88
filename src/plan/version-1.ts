import { presentNames } from '../actions/params.ts';
import { ACTION_NAMES, actionNamed } from '../actions/registry.ts';
import { isObject } from '../base/shape.ts';

/**
 * A plan of schema 1 with the names of schema 2, so that a run which an earlier Fireaxe made can be read and undone.
 * Its `schemaVersion` stays 1: it is not run and not resumed. Anything else comes back as it is.
 */
export function readVersion1(plan: unknown): unknown {
  if (!isObject(plan) || plan.schemaVersion !== 1 || !Array.isArray(plan.workstreams)) return plan;
  return { ...plan, workstreams: plan.workstreams.map(workstream) };
}

function workstream(value: unknown): unknown {
  return isObject(value) && Array.isArray(value.steps) ? { ...value, steps: value.steps.map(step) } : value;
}

function step(value: unknown): unknown {
  if (!isObject(value) || value.kind !== 'action') return value;
  const { window: parallel, ...rest } = value;
  const { action, params } = value;
  if (!isObject(params) || !(ACTION_NAMES as readonly unknown[]).includes(action))
    return { ...rest, parallel };
  return { ...rest, parallel, params: presentNames(actionNamed(action as string).parameters, params) };
}
