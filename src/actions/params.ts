import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { type FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Action } from './types.ts';

/** Reads raw parameters (flags and YAML give strings) by the action's schema; throws a usage error that names the nearest key. */
export function parseParams<P>(action: Action<P>, raw: Record<string, unknown>, place: string): P {
  const result = action.params.safeParse(raw);
  if (result.success) return result.data;
  throw wrongParameter(action, result.error, place);
}

function wrongParameter(
  action: Pick<Action, 'name' | 'scope' | 'params'>,
  error: z.ZodError,
  place: string,
): FireaxeError {
  const issue = error.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const known = keysOf(action.params);
    const meant = nearest(key, known);
    return usage(`${action.name} has no parameter ${key}`, {
      place,
      expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}`,
    });
  }
  const name = (issue?.path ?? []).map(String).join('.');
  return usage(`${action.name}${name ? `: ${name}` : ''}: ${issue?.message ?? 'wrong parameters'}`, {
    place,
    // What works on the cluster's objects is a step of playbooks alone.
    ...(action.scope === 'cluster' ? {} : { next: `fireaxe ${action.name} --help` }),
  });
}

/** The parameter names of a schema that is an object, whatever refinements are around it. */
function keysOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** `90s`, `5m` …, in whole seconds between the bounds. */
export function seconds(least: number, most: number) {
  return z.union([z.string(), z.number()]).transform((text, ctx) => {
    try {
      const s = Math.round(parseDuration(String(text)) / 1000);
      if (s >= least && s <= most) return s;
    } catch {
      // Said below, in the same words.
    }
    ctx.addIssue({
      code: 'custom',
      message: `not a time from ${least}s to ${most}s: ${JSON.stringify(text)} (write 90s, 5m, 2h)`,
    });
    return z.NEVER;
  });
}

/** `a,b c` or a YAML list. */
export function list() {
  return z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .transform((v) =>
      (Array.isArray(v) ? v.map(String) : String(v).split(/[\s,]+/)).filter((word) => word !== ''),
    );
}

/** A text that can be one line of a shell variable: no NUL, no control characters but tab. */
export function line(most = 400) {
  return z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((t) => t !== '' && t.length <= most && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(t), {
      message: `expected one line of at most ${most} characters`,
    });
}
