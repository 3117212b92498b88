import type { Workstream } from '../plan/types.ts';
import { type Condition, holds } from './condition.ts';
import { parametersIn } from './interpolate.ts';
import type { Playbook, PlaybookWorkstream } from './types.ts';

/**
 * The workstreams and steps whose `when` holds, in the playbook's order; each keeps its index in the file. Needs no longer
 * name a workstream that is left out. Throws usage for a word alone that is neither true nor false.
 */
export function chosenOf(playbook: Playbook, params: Record<string, string>): ChosenWorkstream[] {
  const { place } = playbook;
  const chosen = playbook.workstreams
    .map((workstream, index) => ({ ...workstream, index }))
    .filter(({ when, index }) => isTrue(when, params, place(['workstreams', index, 'when'])))
    .map((workstream) => ({
      ...workstream,
      steps: workstream.steps
        .map((step, index) => ({ step, index }))
        .filter(({ step, index }) =>
          isTrue(step.when, params, place(['workstreams', workstream.index, 'steps', index, 'when'])),
        ),
    }));
  const names = new Set(chosen.map(({ name }) => name));
  return chosen.map((workstream) => ({ ...workstream, needs: needsAmong(workstream.needs, names) }));
}

export type ChosenWorkstream = Omit<PlaybookWorkstream, 'steps'> & {
  index: number;
  steps: { step: PlaybookWorkstream['steps'][number]; index: number }[];
};

/** The parameters that a plan of these workstreams uses. */
export function parametersOf(playbook: Playbook, chosen: ChosenWorkstream[]): Set<string> {
  // A `when` that could not be decided has no value; those of what is left out count, too.
  const whens = playbook.workstreams.map(({ when, steps }) => [when, steps.map((step) => step.when)]);
  return parametersIn([playbook.title, chosen, whens]);
}

/** Without a value: the missing parameter is reported, not its place. */
const isTrue = (when: Condition, params: Record<string, string>, place: string): boolean =>
  holds(when, params, place) ?? true;

function needsAmong(needs: Workstream['needs'], names: Set<string>): Workstream['needs'] {
  const left = Object.entries(needs)
    .map(([kind, wanted]) => [kind, wanted.filter((name) => names.has(name))] as const)
    .filter(([, wanted]) => wanted.length > 0);
  return Object.fromEntries(left);
}
