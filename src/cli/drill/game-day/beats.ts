import type { ClusterReading } from '../../../probe/types.ts';

/** One reading of the control plane; `at` in milliseconds since the flood was ordered. */
export interface Beat {
  at: number;
  answering: number;
  of: number;
  /** Percent of the requests since the reading before that ended 5xx or 429; absent where it was not measured. */
  errors?: number;
}

/** More failed requests than this, and a control plane is not well. */
const WELL_PERCENT = 5;
/** So many readings in a row show that it is well again. */
export const IN_A_ROW = 3;
/** As the gates of the playbook: with it, a request or two gets through. */
const OPEN_PERCENT = 20;

export function beatOf({ answering, of, errorPercent }: ClusterReading, at: number): Beat {
  return { at, answering, of, ...(errorPercent !== undefined && { errors: errorPercent }) };
}

/**
 * The share of what users ask that fails, in percent: the failed requests, or, where that is more, the servers that do not
 * answer although they did before the drill. Hosts that cannot be read count as not answering.
 */
export function harm({ answering, errors = 0 }: Beat, answeredBefore: number): number {
  const silent = answeredBefore === 0 ? 0 : 100 * (1 - Math.min(1, answering / answeredBefore));
  return Math.max(errors, silent);
}

/** Whether each reading lacks the failed requests although they were measured before: then nothing is known of them. */
export function unmeasuredOf(beats: readonly Beat[]): boolean[] {
  const from = beats.findIndex(({ errors }) => errors !== undefined);
  return beats.map(({ errors }, i) => from >= 0 && i > from && errors === undefined);
}

/** Which readings have all servers answering and few failed requests. */
export function wellOf(beats: readonly Beat[]): boolean[] {
  const unmeasured = unmeasuredOf(beats);
  return beats.map(
    ({ answering, of, errors = 0 }, i) => answering === of && errors <= WELL_PERCENT && !unmeasured[i],
  );
}

/** Whether the last readings are well, as many as are asked for, and none of them before the one at `from`. */
export function isWell(beats: readonly Beat[], inARow = 1, from = 0): boolean {
  const last = wellOf(beats).slice(from).slice(-inARow);
  return last.length === inARow && last.every(Boolean);
}

/** Which readings let a request or two through. */
export function openOf(beats: readonly Beat[]): boolean[] {
  const unmeasured = unmeasuredOf(beats);
  return beats.map(
    ({ answering, of, errors = 0 }, i) => answering * 2 > of && errors <= OPEN_PERCENT && !unmeasured[i],
  );
}
