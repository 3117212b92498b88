import { usage } from '../../base/errors.ts';
import { flagOf } from '../option.ts';
import { type DrillFlags, drillOptions } from './options.ts';

/** The words of the drill that take each flag; '' is the whole drill. */
const FITS = {
  kit: ['serve'],
  scenario: ['', 'up', 'serve'],
  seed: ['', 'up', 'serve'],
  workers: ['', 'up', 'serve'],
  standsFor: ['', 'up', 'serve'],
  playbook: [''],
  param: [''],
  clusters: [''],
  handsOff: [''],
  fast: [''],
  dir: ['up', 'down', 'status', 'serve'],
} satisfies Partial<Record<keyof DrillFlags, readonly string[]>>;

type Flag = keyof typeof FITS;

/** Refuses a flag that would have no effect. */
export function refuseIdleFlags(what: string, flags: DrillFlags): void {
  // An unknown word is refused by the verb itself.
  if (!Object.values(FITS).flat().includes(what)) return;
  const given = (flag: Flag) => {
    const value = flags[flag];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  };
  const idle = (Object.keys(FITS) as Flag[]).find((flag) => given(flag) && !FITS[flag].includes(what));
  const none =
    idle ?? (flags.handsOff === true ? (['playbook', 'param', 'clusters'] as const).find(given) : undefined);
  if (none === undefined) return;
  const word = none === 'kit' ? '--kit' : flagOf(drillOptions[none]);
  throw usage(`${word} has no effect with ${idle ? `drill ${what}`.trim() : '--hands-off'}`, {
    place: word,
    ...(none === 'kit' ? { expected: "the lab's own kit" } : {}),
    next: `leave ${word} out`,
  });
}
