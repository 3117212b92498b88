import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { Capture } from './capture.ts';
import { readOutput } from './capture.ts';
import { muteReason } from './mute.ts';
import { stateOf } from './node-output.ts';
import { makeOutcome } from './outcome.ts';
import { sudoReason } from './sudo.ts';
import type { NodeScript, Outcome, OutcomeReason, OutcomeState } from './types.ts';

/** A target that is being attended, before anything is known of its end. */
export interface Attempt {
  target: Target;
  via: TransportName;
  script: NodeScript;
  startedAt: Date;
}

/** How a command that was sent came to its end. */
export interface Ending {
  exitCode?: number;
  signal?: string;
  /** Why listening stopped before its end was heard. */
  lost?: { state: 'unknown' | 'timed-out'; reason: OutcomeReason };
}

/** An outcome without any output: mostly of a command that was never sent. */
export function notLaunched(
  attempt: Attempt,
  state: 'unreachable' | 'not-attempted' | 'unknown',
  reason: OutcomeReason,
): Outcome {
  return { ...base(attempt, state), reason };
}

/** An outcome of a command that was sent: by its result line where that was heard, else by how it ended. */
export function launched(attempt: Attempt, ending: Ending, out: Capture, err: Capture): Outcome {
  const { script } = attempt;
  const { stdout, stderr, truncated, result, invalid, began, boot, arrived } = readOutput(out, err, script);
  const heard = { stdout, stderr, truncated, ...(boot && { boot }), ...(result && { result }) };
  if (arrived !== undefined && !result)
    return { ...base(attempt, 'failed'), stderr, reason: incomplete(arrived) };
  if (ending.lost && !result)
    return { ...base(attempt, ending.lost.state), ...heard, reason: ending.lost.reason };
  // The shell exited without having begun the script: sudo refused, or the login is bound to another command.
  if (!ending.lost && began === false && !result && invalid === undefined)
    return { ...base(attempt, 'unreachable'), ...heard, reason: notBegun(ending, stderr, stdout) };
  const told = result && /^(changed|already|would|ok)$/.test(result.state) ? 0 : undefined;
  const exitCode = ending.exitCode ?? told;
  const state = stateOf(exitCode, result, script.protocol);
  const reason = reasonOf(state, ending, script.protocol, invalid);
  return {
    ...base(attempt, state),
    ...heard,
    ...(exitCode !== undefined && { exitCode }),
    ...(ending.signal !== undefined && { signal: ending.signal }),
    ...(reason && { reason }),
  };
}

const base = ({ target, via, startedAt }: Attempt, state: OutcomeState): Outcome =>
  makeOutcome({ target: target.name, via, startedAt }, state);

/** The script did not run. */
function incomplete(arrived: number): OutcomeReason {
  return {
    code: 'incomplete',
    message: `script arrived incomplete (${arrived} bytes of it): nothing was done; a start-up file of the login reads standard input`,
    next: 'use --via openssh, which sends the script only after the start-up files have ended, or fix the start-up file',
  };
}

/** Why a result line is not trusted: what the node did is unknown. */
export function invalidResult(why: string): OutcomeReason {
  return { code: 'invalid-result', message: `the node's result line is invalid: ${why}` };
}

function reasonOf(
  state: OutcomeState,
  ending: Ending,
  protocol: boolean,
  invalid: string | undefined,
): OutcomeReason | undefined {
  if (protocol && invalid !== undefined) return invalidResult(invalid);
  const how = ending.signal === undefined ? `with code ${ending.exitCode}` : `by ${ending.signal}`;
  if (state === 'unknown')
    return { code: 'no-result', message: `the script exited ${how} without a result line` };
  if (state === 'timed-out') return { code: 'deadline', message: 'ended itself at its deadline on the node' };
  if (!protocol && ending.signal !== undefined)
    return { code: 'signal', message: `the script was ended ${how}` };
  return undefined;
}

/** Why a login exited without running the script: it is bound to another command, or its shell runs none. */
export function notBegun(ending: Ending, stderr: string, stdout: string): OutcomeReason {
  const refused = muteReason(stderr) ?? sudoReason(stderr, false);
  if (refused) return refused;
  const line = `${stderr}\n${stdout}`.split('\n').find((text) => text.trim() !== '');
  return {
    code: 'not-begun',
    message: `the login ended (${ending.signal ?? ending.exitCode}) before it ran the script${line ? `: ${line.trim()}` : ''}`,
  };
}
