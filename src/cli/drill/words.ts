import { join, resolve } from 'node:path';
import { usage } from '../../base/errors.ts';
import type { LabWords } from '../../drill/process/lab-process.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { flagOf } from '../option.ts';
import type { CliIo } from '../types.ts';
import { type DrillFlags, drillOptions } from './options.ts';

const FEWEST = 6;
export const MOST_WORKERS = 500;

/** The lab that the flags ask for. Throws usage errors that name the flag. */
export async function labWords(flags: DrillFlags): Promise<LabWords> {
  const { SCENARIOS, scenarioNamed } = await import('../../drill/scenarios/index.ts');
  const wanted = flags.scenario;
  const scenario = wanted === undefined ? SCENARIOS[0] : scenarioNamed(wanted);
  return {
    scenario: scenario.name,
    workers: whole(flags, 'workers', scenario.workers, FEWEST, MOST_WORKERS),
    standsFor: whole(flags, 'standsFor', 1, 1, MOST_WORKERS),
    seed: whole(flags, 'seed', 1, 0, 2 ** 31 - 1),
  };
}

/** How many labs; 1 without the flag. Throws usage where the scenario has several clusters in one lab. */
export async function clusterCount(flags: DrillFlags): Promise<number> {
  const count = whole(flags, 'clusters', 1, 2, 12);
  if (count === 1 || flags.scenario === undefined) return count;
  const { scenarioNamed } = await import('../../drill/scenarios/index.ts');
  const { name, clusters = 1 } = scenarioNamed(flags.scenario);
  if (clusters === 1) return count;
  throw usage(`--clusters has no effect with ${name}: it has ${clusters} clusters of its own`, {
    place: '--clusters',
    next: 'leave --clusters out',
  });
}

/** Where `drill up` keeps the one lab of this user. */
export function labDir(flags: DrillFlags, io: CliIo): string {
  return resolve(flags.dir ?? join(stateDir(undefined, io.env), 'drill'));
}

function whole(
  flags: DrillFlags,
  name: 'workers' | 'standsFor' | 'seed' | 'clusters',
  usual: number,
  least: number,
  most: number,
): number {
  const typed = flags[name];
  if (typed === undefined) return usual;
  const value = Number(typed);
  if (/^\d+$/.test(typed) && value >= least && value <= most) return value;
  const flag = flagOf(drillOptions[name]);
  throw usage(`invalid ${flag} ${JSON.stringify(typed)}`, {
    place: flag,
    expected: `a whole number from ${least} to ${most}`,
  });
}
