import { execParameters } from '../actions/exec/params.ts';
import { defineAction } from '../actions/types.ts';
import { readingScript } from '../node/reading.ts';
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
  const lateMs = deadlineMs + 120_000;
  return readingScript(look, { params: { command }, context, now, deadlineMs, lateMs });
}
