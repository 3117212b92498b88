import type { NodeResult, OutcomeState } from './types.ts';

/**
 * Splits a node's stdout into its output and its result line.
 * The result is the last line that begins with our nonce; the newline that the script put before it is not output.
 */
export function splitResult(stdout: string, nonce: string): { output: string; result?: NodeResult } {
  const start = stdout.lastIndexOf(`{"fireaxe":1,"nonce":"${nonce}"`);
  if (start < 0) return { output: stdout };
  const end = stdout.indexOf('\n', start);
  const line = end < 0 ? stdout.slice(start) : stdout.slice(start, end);
  const before = stdout.slice(0, start).replace(/\n$/, '');
  const after = end < 0 ? '' : stdout.slice(end + 1);
  try {
    return { output: before + after, result: JSON.parse(line) as NodeResult };
  } catch {
    return { output: stdout };
  }
}

/** The state of a command that ended: by its result line where the protocol has one, by its exit code otherwise. */
export function stateOf(
  exitCode: number | undefined,
  result: NodeResult | undefined,
  protocol: boolean,
): OutcomeState {
  if (!protocol) return exitCode === 0 ? 'ok' : 'failed';
  // It ended without its last word: it may have changed something before it died.
  if (!result) return 'unknown';
  if (result.code === 'deadline') return 'timed-out';
  if (result.state === 'failed' || result.state === 'refused' || result.state === 'interrupted')
    return 'failed';
  return exitCode === 0 ? 'ok' : 'failed';
}
