import { expect, it } from 'vitest';
import { soFar } from '../../../src/cli/clusters/so-far.ts';
import { createSink } from '../../../src/cli/output.ts';
import { quietIo } from '../quiet-io.ts';

/** A reading of 20 clusters, each of which takes a second. */
function reading({ tty = false, asks = false, env = {} } = {}) {
  const { io: quiet, said } = quietIo(env);
  let now = 0;
  const io = {
    ...quiet,
    now: () => new Date(now),
    stderr: Object.assign(quiet.stderr, { isTTY: tty }),
  };
  const progress = soFar({ io, sink: createSink(io, {}) }, 'planned', 20, { asks });
  const pass = (count: number) => {
    for (let n = 0; n < count; n++) {
      now += 1_000;
      progress.add();
    }
  };
  return { progress, pass, said };
}

it('is a line every few seconds, and none at the end', () => {
  const { progress, pass, said } = reading();
  pass(20);
  progress.end();
  expect(said.stderr).toBe([3, 8, 13, 18].map((count) => `planned ${count} of 20 clusters\n`).join(''));
});

it('is one line at a terminal, which makes room for what is said meanwhile', () => {
  const { progress, pass, said } = reading({ tty: true });
  pass(2);
  progress.sink.note('warning: c3: old');
  pass(1);
  progress.end();
  const cleared = '\r\x1b[K';
  expect(said.stderr).toBe(
    `planned 1 of 20 clusters${cleared}planned 2 of 20 clusters${cleared}warning: c3: old\nplanned 3 of 20 clusters${cleared}`,
  );
});

it.each([{ asks: true }, { env: { CI: 'true' } }, { env: { TERM: 'dumb' } }])(
  'rewrites nothing where a question may stand or the terminal cannot: %o',
  (how) => {
    const { progress, pass, said } = reading({ tty: true, ...how });
    pass(4);
    progress.end();
    expect(said.stderr).toBe('planned 3 of 20 clusters\n');
  },
);
