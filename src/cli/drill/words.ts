import { join, resolve } from 'node:path';
import { usage } from '../../base/errors.ts';
import type { LabWords } from '../../drill/process/lab-process.ts';
import { stateDir } from '../../kit/state-dir.ts';
import type { CliIo } from '../types.ts';
import type { DrillFlags } from './options.ts';

const FEWEST = 6;
const MOST = 500;

/** The lab that the flags ask for. Throws usage errors that name the flag. */
export async function labWords(flags: DrillFlags): Promise<LabWords> {
  const { SCENARIOS, scenarioNamed } = await import('../../drill/scenarios/index.ts');
  const wanted = flags.scenario;
  const scenario = wanted === undefined ? SCENARIOS[0] : scenarioNamed(wanted);
  return {
    scenario: scenario.name,
    workers: whole(flags, 'workers', scenario.workers, FEWEST, MOST),
    seed: whole(flags, 'seed', 1, 0, 2 ** 31 - 1),
  };
}

/** Where `drill up` keeps the one lab of this user. */
export function labDir(flags: DrillFlags, io: CliIo): string {
  return resolve(flags.dir ?? join(stateDir(undefined, io.env), 'drill'));
}

function whole(
  flags: DrillFlags,
  name: 'workers' | 'seed',
  usual: number,
  least: number,
  most: number,
): number {
  const typed = flags[name];
  if (typed === undefined) return usual;
  const value = Number(typed);
  if (/^\d+$/.test(typed) && value >= least && value <= most) return value;
  throw usage(`invalid --${name} ${JSON.stringify(typed)}`, {
    place: `--${name}`,
    expected: `a whole number from ${least} to ${most}`,
  });
}
