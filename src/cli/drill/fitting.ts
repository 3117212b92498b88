import { usage } from '../../base/errors.ts';
import { flagOf } from '../option.ts';
import { type DrillFlags, drillOptions } from './options.ts';

/** The words of the drill that take each flag; '' is the whole drill. */
const FITS = {
  kit: ['serve', '--on'],
  scenario: ['', 'up', 'serve'],
  seed: ['', 'up', 'serve'],
  workers: ['', 'up', 'serve'],
  standsFor: ['', 'up', 'serve'],
  playbook: ['', '--on'],
  param: ['', '--on'],
  clusters: [''],
  handsOff: [''],
  fast: [''],
  dir: ['up', 'down', 'status', 'serve'],
  on: ['--on'],
  selector: ['--on'],
  limit: ['--on'],
  calls: ['--on'],
  for: ['--on'],
  lead: ['--on'],
  maxErrors: ['--on'],
  reason: ['--on'],
  dryRun: ['--on'],
  confirm: ['--on'],
  sudoPasswordStdin: ['--on'],
  verbose: ['--on'],
} satisfies Partial<Record<keyof DrillFlags, readonly string[]>>;

type Flag = keyof typeof FITS;

/** Refuses a flag that would have no effect. */
export function refuseIdleFlags(what: string, flags: DrillFlags): void {
  // A drill on a real cluster has flags of its own.
  const where = what === '' && flags.on !== undefined ? '--on' : what;
  // An unknown word is refused by the verb itself.
  if (!Object.values(FITS).flat().includes(where)) return;
  const given = (flag: Flag) => {
    const value = flags[flag];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  };
  const idle = (Object.keys(FITS) as Flag[]).find((flag) => given(flag) && !FITS[flag].includes(where));
  const none =
    idle ?? (flags.handsOff === true ? (['playbook', 'param', 'clusters'] as const).find(given) : undefined);
  if (none === undefined) return;
  const word = none === 'kit' ? '--kit' : flagOf(drillOptions[none]);
  throw usage(`${word} has no effect with ${idle ? `drill ${where}`.trim() : '--hands-off'}`, {
    place: word,
    ...(none === 'kit' ? { expected: "the lab's own kit" } : {}),
    next: `leave ${word} out`,
  });
}
