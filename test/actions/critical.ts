import { z } from 'zod';
import { nodeScript } from '../../src/actions/node-script.ts';
import type { Op } from '../../src/actions/types.ts';
import { defineAction } from '../../src/actions/types.ts';
import { context, target } from './sandbox.ts';

/** Two in it at the same time leave a trace. */
const alone = `mkdir "$FX_ROOT/in" || echo x >>"$FX_ROOT/overlap"; sleep 0.4; rmdir "$FX_ROOT/in"`;
const critical = defineAction({
  name: 'critical',
  title: 'Critical',
  danger: 'change',
  scope: 'node',
  params: z.strictObject({}),
  summary: () => 'critical',
  node: {
    script: `
act_look() { fx_before thing absent; FX_STATE=would; }
act_apply() { ${alone}; }
act_undo() { echo x >>"$FX_ROOT/undone"; sleep 0.5; }
`,
    variables: () => ({}),
  },
});
/** An order for it, of run r1, sent so long ago. */
export const text = (op: Op, stepId = 's1', before?: Record<string, string>, ageMs = 0) =>
  nodeScript({
    action: critical as never,
    params: {},
    op,
    runId: 'r1',
    stepId,
    notAfter: new Date(Date.now() - ageMs + 600_000),
    deadlineMs: 20_000,
    context: context(),
    before: () => before,
  }).textFor(target(), 'ssh');
