import * as z from 'zod';
import { type FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { verbOf } from './names.ts';

/**
 * One parameter of an action, declared once: the verb's option and its help, the reading of flags, the keys of a
 * playbook's `with`, and the tables in docs/actions all come from it.
 */
export interface Parameter<T extends z.ZodType = z.ZodType> {
  /** Reads what a flag or a playbook gives: text, a number, a switch or a list. */
  schema: T;
  /** For help and docs: a noun phrase or an imperative, without the default. */
  help: string;
  /** `--timer <duration>`, the parameter's own name with dashes. Without it only playbooks, or the verb itself, give it. */
  flag?: string;
  /** Its name in playbooks and plans of schema 1, which are still read. */
  former?: string;
  /** The flag may be given several times. */
  repeatable?: true;
  /** As a person would type it. */
  default?: string;
}

/** The parameters of an action by name. */
export type Parameters = Record<string, Parameter>;

/** Values under the present names: a former name gives way only where the present one is not given. */
export function presentNames(
  parameters: Parameters,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const present = Object.entries(parameters).flatMap(([name, { former }]): [string, string][] =>
    former === undefined || Object.hasOwn(given, name) ? [] : [[former, name]],
  );
  const names = new Map(present);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [names.get(name) ?? name, value]));
}

/** What an action gets of them, read and checked. */
export type Values<D extends Parameters> = { [K in keyof D]: z.output<D[K]['schema']> };

/** Why values do not go together: a message, and the parameter that it is about. */
export type Misfit = string | { at: string; message: string };

/** Reads all of them: unknown names are refused, defaults filled in, and then `check` sees them together. */
export function readerOf<D extends Parameters>(
  parameters: D,
  check?: (values: Values<D>) => Misfit | undefined,
): z.ZodType<Values<D>> {
  const shape = Object.entries(parameters).map(([name, { schema, default: usual }]) => [
    name,
    usual === undefined ? schema : schema.prefault(usual),
  ]);
  const values = z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<Values<D>>;
  if (!check) return values;
  return values.superRefine((read, ctx) => {
    const misfit = check(read);
    if (misfit === undefined) return;
    const { at, message } = typeof misfit === 'string' ? { at: undefined, message: misfit } : misfit;
    ctx.addIssue({ code: 'custom', message, ...(at !== undefined && { path: [at] }) });
  });
}

/** What reads parameters, of an action or of a made-up one. */
interface Reader<P> {
  name: string;
  parameters: Parameters;
  params: z.ZodType<P>;
}

/**
 * Reads raw parameters, such as flags and YAML give, as the action declares them. Throws a usage error at the place of
 * the wrong parameter; an unknown name is answered with the nearest one.
 */
export function parseParams<P>(
  action: Reader<P>,
  raw: Record<string, unknown>,
  place: string,
  placeOf: (name: string) => string = () => place,
): P {
  const result = action.params.safeParse(raw);
  if (result.success) return result.data;
  const { issues } = result.error;
  // Before what is missing: a wrong name is why.
  const unknown = issues.find(({ code }) => code === 'unrecognized_keys');
  if (unknown?.code === 'unrecognized_keys') throw unknownParameter(action, unknown.keys[0] ?? '', placeOf);
  const issue = issues[0];
  // The index of a value in a list means nothing to the operator who typed it.
  const name = (issue?.path ?? []).filter((key) => typeof key === 'string').join('.');
  throw usage(`${action.name}${name ? `: ${name}` : ''}: ${issue?.message ?? 'wrong parameters'}`, {
    place: name === '' ? place : placeOf(String(issue?.path[0])),
    next: `fireaxe ${verbOf(action.name)} --help`,
  });
}

function unknownParameter(
  { name, parameters }: Reader<unknown>,
  key: string,
  placeOf: (name: string) => string,
): FireaxeError {
  const known = Object.keys(parameters);
  const meant = nearest(key, known);
  return usage(`${name} has no parameter ${key}`, {
    place: placeOf(key),
    expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}`,
  });
}

/** The flag of a parameter as a person types it: `--timer`. */
export function flagOf(parameters: Parameters, name: string): string | undefined {
  return parameters[name]?.flag?.split(' ')[0];
}
