import { formatClock } from '../../base/time.ts';
import type { Plan } from '../../plan/types.ts';
import { Progress, rowText } from './progress.ts';
import type { Shown, View } from './view.ts';

/** Time between two lines about a running step. */
const EVERY_MS = 5_000;

/** Timestamped lines, for logs, pipes and dumb terminals. */
export function plainView(
  write: (line: string) => unknown,
  now: () => Date,
  plan?: Plan,
  { headline, titled }: Shown = {},
): View {
  const progress = new Progress(plan, titled);
  let told = now().getTime();
  let last = now().getTime();
  const say = (line: string) => {
    last = now().getTime();
    write(`${formatClock(now())} ${line}`);
  };
  const beat = setInterval(() => {
    if (headline && now().getTime() - told >= EVERY_MS) {
      told = now().getTime();
      say(headline.words());
    }
    if (now().getTime() - last < EVERY_MS) return;
    for (const row of progress.rows.values()) {
      if (row.state === 'running') say(`${row.workstream}: ${rowText(row)}`);
    }
  }, 1_000);
  // The run keeps the process alive, not its view.
  beat.unref();
  return {
    onEvent(event) {
      const lines = progress.update(event);
      // Ctrl-C is answered when it is pressed, before the journal has it.
      if (event.kind !== 'operator' || !['interrupt', 'let-go'].includes(event.what)) lines.forEach(say);
    },
    recall: (records) => progress.recall(records),
    end: async () => clearInterval(beat),
  };
}
