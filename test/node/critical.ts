import type { Op } from '../../src/node/types.ts';
import { madeUp, order } from './made-up.ts';

/** Two in it at the same time leave a trace. */
const alone = `mkdir "$FX_ROOT/in" || echo x >>"$FX_ROOT/overlap"; sleep 0.4; rmdir "$FX_ROOT/in"`;
const critical = madeUp(`
act_look() { fx_before thing absent; FX_STATE=would; }
act_apply() { ${alone}; }
act_undo() { echo x >>"$FX_ROOT/undone"; sleep 0.5; }
`);

/** An order for it, of run r1, sent so long ago. */
export const text = (op: Op, stepId = 's1', before?: Record<string, string>, ageMs = 0) =>
  order(critical, op, {
    stepId,
    notAfter: new Date(Date.now() - ageMs + 600_000),
    before: () => before,
  });
