import type { Parameters } from '../actions/params.ts';
import { usage } from '../base/errors.ts';
import { givenParameters, parameterFlags } from './action-verb.ts';
import { flagOf, grouped, type Option, type Options } from './option.ts';

/** One of the actions that a verb can mean. */
export interface Variant {
  action: string;
  /** What chooses it, as typed: `--at balancer`. */
  by: string;
  parameters: Parameters;
  /** Names of further options of the verb that only this variant takes. */
  options?: readonly string[];
}

/** The options of each variant, under a heading of its own; one that several variants take stands with the first. */
export function variantFlags(
  variants: readonly Variant[],
): Record<string, Option<string | string[] | boolean>> {
  const all = [...variants]
    .reverse()
    .map(({ by, parameters }) => grouped(`With ${by}:`, parameterFlags(parameters) as Options));
  return Object.assign({}, ...all);
}

/** The parameters given for the chosen variant. A flag that only another variant takes is a usage error. */
export function variantParameters(
  verb: string,
  chosen: Variant,
  variants: readonly Variant[],
  flags: object,
): Record<string, unknown> {
  const takes = (variant: Variant, name: string) =>
    variant.parameters[name]?.flag !== undefined || variant.options?.includes(name) === true;
  for (const [name, typed] of Object.entries(flags)) {
    if (typed === undefined || takes(chosen, name)) continue;
    const owner = variants.find((variant) => takes(variant, name));
    if (!owner) continue;
    const declared = owner.parameters[name]?.flag;
    const flag = declared === undefined ? dashed(name) : flagOf({ flags: declared, help: '' });
    throw usage(`${flag} is for ${verb} ${owner.by}`, {
      place: flag,
      next: `add ${owner.by}, or leave out ${flag}`,
    });
  }
  return givenParameters(chosen.parameters, flags);
}

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
