import type { z } from 'zod';
import { type FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Action } from './types.ts';

/** Reads raw parameters (flags and YAML give strings) as the action declares them; throws a usage error that names the nearest one. */
export function parseParams<P>(action: Action<P>, raw: Record<string, unknown>, place: string): P {
  const result = action.params.safeParse(raw);
  if (result.success) return result.data;
  throw wrongParameter(action, result.error, place);
}

function wrongParameter(
  action: Pick<Action, 'name' | 'scope' | 'parameters'>,
  error: z.ZodError,
  place: string,
): FireaxeError {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = Object.keys(action.parameters);
    const meant = nearest(key, known);
    return usage(`${action.name} has no parameter ${key}`, {
      place,
      expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}`,
    });
  }
  const name = (issue?.path ?? []).map(String).join('.');
  return usage(`${action.name}${name ? `: ${name}` : ''}: ${issue?.message ?? 'wrong parameters'}`, {
    place,
    // An action on the cluster's objects is only a playbook step and has no verb.
    ...(action.scope === 'cluster' ? {} : { next: `fireaxe ${action.name} --help` }),
  });
}
