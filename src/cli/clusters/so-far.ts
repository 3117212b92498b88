import { namesLine } from '../../kit/clusters/describe.ts';
import type { CliContext } from '../context.ts';
import { clustersText } from '../format/rollout.ts';
import type { Sink } from '../output.ts';

/** Which clusters are meant, before anything else is said of them: `12 clusters: prod-[1-12]`. */
export function noteSelected(
  { sink }: Pick<CliContext, 'sink'>,
  names: readonly string[],
  before = '',
): void {
  sink.note(`${before}${clustersText(names.length)}: ${namesLine(names)}`);
}

/** How long nothing is said, and how long it is silent between two words (ms). */
const AT_A_TERMINAL = { first: 500, between: 200 };
const IN_LINES = { first: 3_000, between: 5_000 };

export interface SoFar {
  /** For all that is said meanwhile: a line that is rewritten makes room for it. */
  sink: Sink;
  /** One more cluster is done. */
  add(): void;
  /** All are done, or none will be any more. */
  end(): void;
}

/**
 * Says how far a long reading of many clusters is, such as `planned 40 of 300 clusters`: one line that is rewritten at a
 * terminal, else a line every few seconds. A short one says nothing. `asks` where a question may be asked meanwhile, which
 * would stand behind the rewritten line.
 */
export function soFar(
  { io, sink }: Pick<CliContext, 'io' | 'sink'>,
  done: string,
  total: number,
  { asks = false } = {},
): SoFar {
  const rewrites = !asks && io.stderr.isTTY === true && !io.env.CI && io.env.TERM !== 'dumb';
  const { first, between } = rewrites ? AT_A_TERMINAL : IN_LINES;
  let count = 0;
  let due = io.now().getTime() + first;
  let shown = false;
  const clear = () => {
    if (shown) io.stderr.write('\r\x1b[K');
    shown = false;
  };
  return {
    sink: {
      ...sink,
      text: (line) => {
        clear();
        sink.text(line);
      },
      note: (line) => {
        clear();
        sink.note(line);
      },
    },
    add() {
      count++;
      const now = io.now().getTime();
      if (now < due || count === total) return;
      due = now + between;
      const line = `${done} ${count} of ${clustersText(total)}`;
      if (!rewrites) return sink.note(line);
      clear();
      io.stderr.write(line);
      shown = true;
    },
    end: clear,
  };
}
