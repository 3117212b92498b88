import { stat } from 'node:fs/promises';
import type { Kit } from '../../kit/types.ts';
import type { AskStep } from '../../plan/types.ts';

type Question = Pick<AskStep, 'id' | 'text'>;

/**
 * The questions that `--answer` may answer.
 * @param subject what is run or resumed: a playbook, a file of a saved plan, or a run
 * @param places the kit's playbooks, and the directory of the journals
 */
export async function questionsOf(
  subject: string,
  places: { kit(): Promise<Pick<Kit, 'playbooks'>>; journals(): Promise<string> },
): Promise<Question[]> {
  if (subject === '') return [];
  const { looksLikeRun } = await import('../../run/journal/store.ts');
  if (subject === 'last' || looksLikeRun(subject)) return ofRun(await places.journals(), subject);
  const file = !/\.ya?ml$/.test(subject) && (await stat(subject).catch(() => undefined))?.isFile();
  if (file) return ofPlanFile(subject);
  if (BEGINNING.test(subject)) return ofRun(await places.journals(), subject);
  return ofPlaybook(subject, await places.kit());
}

/** Of the id of a run. */
const BEGINNING = /^\d{1,8}$|^\d{8}T\d{0,5}$/;

/** Those that nobody has answered yet. */
async function ofRun(journals: string, wanted: string): Promise<Question[]> {
  const [{ readRun }, { skimJournal }, { answeredIn }, { askSteps }] = await Promise.all([
    import('../../run/journal/store.ts'),
    import('../../run/journal/skim.ts'),
    import('../answers.ts'),
    import('../../plan/steps.ts'),
  ]);
  const { records } = await readRun(journals, wanted, { read: (path) => skimJournal(path, 'ask') });
  const [first] = records;
  if (first?.kind !== 'plan') return [];
  const answered = answeredIn(records);
  return askSteps(first.plan).filter(({ id }) => !answered.has(id));
}

/** Of the plan of one cluster, or of all plans of a rollout; each question once. */
async function ofPlanFile(path: string): Promise<Question[]> {
  const [{ readPlanFile }, { readRolloutFile }, { askSteps }] = await Promise.all([
    import('../../plan/file.ts'),
    import('../../plan/rollout/file.ts'),
    import('../../plan/steps.ts'),
  ]);
  const plans = (await readRolloutFile(path))?.plans ?? [await readPlanFile(path)];
  return [...new Map(plans.flatMap(askSteps).map((step) => [step.id, step])).values()];
}

async function ofPlaybook(nameOrPath: string, kit: Pick<Kit, 'playbooks'>): Promise<Question[]> {
  const { loadPlaybook } = await import('../../playbook/load.ts');
  const { workstreams } = await loadPlaybook(nameOrPath, kit);
  return workstreams.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'ask' ? [{ id: step.id, text: step.ask }] : [])),
  );
}
