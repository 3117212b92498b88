import { formatClock } from '../../../base/time.ts';
import type { RolloutPlan } from '../../../plan/rollout/types.ts';
import { RolloutProgress, type RolloutViewing } from './progress.ts';
import { headline } from './rows.ts';
import type { RolloutView } from './view.ts';

/** Time between two headlines. */
const EVERY_MS = 10_000;

/** Timestamped lines, for logs, pipes and dumb terminals. `all` keeps the lines of each run however many there are. */
export function plainRolloutView(
  write: (line: string) => unknown,
  now: () => Date,
  plan: RolloutPlan,
  how: RolloutViewing = {},
): RolloutView {
  const progress = new RolloutProgress(plan, how);
  const say = (line: string) => write(`${formatClock(now())} ${line}`);
  let told = '';
  const beat = setInterval(() => {
    const line = headline([...progress.rows.values()], progress.recovers);
    if (line !== told) say(line);
    told = line;
  }, EVERY_MS);
  // The rollout keeps the process alive, not its view.
  beat.unref();
  return {
    onEvent(event) {
      const lines = progress.update(event);
      // Ctrl-C is answered when it is pressed, before the journal has it.
      if (event.kind !== 'operator' || !['interrupt', 'let-go'].includes(event.what)) lines.forEach(say);
    },
    onRun: (cluster, event) => {
      const lines = progress.updateRun(cluster, event);
      if (event.kind !== 'operator') lines.forEach(say);
    },
    recall: (records) => progress.recall(records),
    end: async () => clearInterval(beat),
  };
}
