import { randomBytes } from 'node:crypto';
import { execParameters } from '../actions/exec/params.ts';
import { type Action, defineAction } from '../actions/types.ts';
import { nodeScript } from '../node/script.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import node from './node.sh';

/** Not in the registry: no plan holds it. That the command only reads is its user's promise. */
const look = defineAction({
  name: 'look',
  title: 'Run a command that only reads',
  danger: 'read',
  scope: 'node',
  parameters: { command: execParameters.command },
  summary: () => 'read',
  node: { fragments: { node }, variables: (p) => ({ P_COMMAND: p.command }) },
});

/** The text that runs the command on each target, once, within `deadlineMs`, and leaves nothing there. */
export function lookScript(
  command: string,
  context: ActionContext,
  now: Date,
  deadlineMs: number,
): NodeScript {
  return nodeScript({
    action: look as unknown as Action,
    params: { command },
    op: 'check',
    runId: `look-${randomBytes(4).toString('hex')}`,
    stepId: 'look',
    notAfter: new Date(now.getTime() + deadlineMs + 120_000),
    deadlineMs,
    context,
  });
}
