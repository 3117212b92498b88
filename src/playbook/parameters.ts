import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Playbook } from './types.ts';

/**
 * Values of a playbook's parameters: as given, else the kit's for the cluster, else the default; some may have none.
 * Throws usage for an unknown name, with the nearest.
 */
export function resolveParameters(
  playbook: Pick<Playbook, 'name' | 'parameters'>,
  given: Record<string, string>,
  kitDefaults: Record<string, string>,
): Record<string, string> {
  const names = Object.keys(playbook.parameters);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    throw usage(`${playbook.name} has no parameter ${name}`, {
      place: '--param',
      expected:
        names.length === 0
          ? 'no parameters'
          : `${meant ? `perhaps ${meant}; ` : ''}one of ${names.join(', ')}`,
    });
  }
  const values: Record<string, string> = {};
  for (const [name, { default: fallback }] of Object.entries(playbook.parameters)) {
    const value = given[name] ?? kitDefaults[name] ?? fallback;
    if (value !== undefined) values[name] = value;
  }
  return values;
}

/** Throws usage where a parameter that the plan uses has no value. */
export function requireParameters(
  playbook: Pick<Playbook, 'name' | 'parameters'>,
  values: Record<string, string>,
  used: Set<string>,
): void {
  const missing = Object.keys(playbook.parameters).filter((n) => used.has(n) && values[n] === undefined);
  if (missing.length > 0) {
    throw usage(`${playbook.name} needs ${missing.join(', ')}`, {
      place: '--param',
      expected: missing.map((n) => `${n}: ${playbook.parameters[n]!.description}`).join('; '),
      next: `add ${missing.map((n) => `-p ${n}=…`).join(' ')}, or set parameters in the kit`,
    });
  }
}
