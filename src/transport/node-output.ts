import { resultStart } from './markers.ts';
import { readResult } from './node-result.ts';
import type { NodeResult, OutcomeState } from './types.ts';

/** Code of a result and of a reason: a reboot took the receipt, and nothing more can be learned of the order. */
export const REBOOTED = 'rebooted';

export interface SplitOutput {
  output: string;
  result?: NodeResult;
  /** Why the result line is invalid; it stays in the output. */
  invalid?: string;
}

/**
 * Splits a node's stdout into its output and its result line: the last line that begins with the nonce.
 * The newline that the script put before it is not output.
 */
export function splitResult(stdout: string, nonce: string): SplitOutput {
  const start = lastLineStarting(stdout, resultStart(nonce));
  if (start < 0) return { output: stdout };
  const end = stdout.indexOf('\n', start);
  const read = readResult(end < 0 ? stdout.slice(start) : stdout.slice(start, end), nonce);
  if ('invalid' in read) return { output: stdout, ...read };
  const before = stdout.slice(0, start).replace(/\n$/, '');
  const after = end < 0 ? '' : stdout.slice(end + 1);
  return { output: before + after, ...read };
}

function lastLineStarting(text: string, start: string): number {
  const at = text.lastIndexOf(`\n${start}`);
  if (at >= 0) return at + 1;
  return text.startsWith(start) ? 0 : -1;
}

/** The state of a command that ended: by its result line where the protocol has one, by its exit code otherwise. */
export function stateOf(
  exitCode: number | undefined,
  result: NodeResult | undefined,
  protocol: boolean,
): OutcomeState {
  if (!protocol) return exitCode === 0 ? 'ok' : 'failed';
  // It exited without a result line: it may have changed something before.
  if (!result) return 'unknown';
  if (result.code === 'deadline') return 'timed-out';
  // What it did before the reboot is not known.
  if (result.code === REBOOTED) return 'unknown';
  if (result.state === 'failed' || result.state === 'refused' || result.state === 'interrupted')
    return 'failed';
  return exitCode === 0 ? 'ok' : 'failed';
}
