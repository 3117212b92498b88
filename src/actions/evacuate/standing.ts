import type { BeforeState } from '../../node/types.ts';
import type { Job } from './job.ts';
import type { Found, Place } from './place.ts';
import { placeOf, stepsOf, type Weights } from './weights.ts';

/** The weights before the change, by the name of their place. */
type Recorded = Record<string, Weights>;

/** A place with the weights of every step, and where it stands among them. */
export interface Standing {
  place: Place;
  now: Found;
  /** The former weights first. */
  steps: Weights[];
  /** Undefined: somebody else set the weights. */
  at: number | undefined;
}

/** Every place as it is now; a text where one cannot be used. */
export async function standings(job: Job): Promise<Standing[] | string> {
  const recorded = fromBefore(job.context.before);
  const found: Standing[] = [];
  // The kit may have changed since: what the journal does not have could not be undone, and what it has must be.
  const names = job.at.map(({ name }) => name);
  const lost = Object.keys(recorded ?? {}).find((name) => !names.includes(name));
  if (lost !== undefined)
    return `the run changed ${lost}, which the kit no longer names (cloud.traffic): name it again, then undo or resume`;
  for (const place of job.at.filter(({ name }) => !recorded || Object.hasOwn(recorded, name))) {
    const now = await place.read();
    if (!now) return `${place.name} is gone, or does not forward with weights`;
    const former = recorded?.[place.name] ?? now.weights;
    if (former[job.cluster] === undefined)
      return `${place.name} does not have the share of ${job.cluster} that the kit names (cloud.traffic)`;
    const steps = stepsOf(former, job.cluster, job.params.steps, place.most);
    found.push({ place, now, steps, at: placeOf(now.weights, steps) });
  }
  return found;
}

export function toBefore(found: Standing[]): BeforeState {
  return {
    traffic: JSON.stringify(Object.fromEntries(found.map(({ place, steps }) => [place.name, steps[0]]))),
  };
}

export function fromBefore(before: BeforeState | undefined): Recorded | undefined {
  return before?.traffic === undefined ? undefined : (JSON.parse(before.traffic) as Recorded);
}
