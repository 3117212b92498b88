import type { Target } from '../../kit/types.ts';
import type { ReasonCode } from '../codes/reasons.ts';
import { invalidResult } from '../ending.ts';
import { REBOOTED, type SplitOutput, splitResult, stateOf } from '../node-output.ts';
import { makeOutcome } from '../outcome.ts';
import type { NodeScript, Outcome, OutcomeReason, OutcomeState } from '../types.ts';
import { notUnpacked } from './packed.ts';
import type { Report } from './types.ts';

export interface Ended {
  target: Target;
  script: NodeScript;
  startedAt: Date;
  endedAt: Date;
}

/** The state, and why where that is not `ok` by itself. */
interface Judgement {
  state: OutcomeState;
  reason?: OutcomeReason;
}

type Streams = { stdout: string; stderr: string };

const ERROR_TITLE = '\n----------ERROR-------\n';
/** How the agent marks what it cut. */
const CUT = /\n---(Output truncated---|Error truncated----)$/;
/** The most that a list shows of both streams. */
const LISTED = 2500;
const FULL_STDOUT = 24_000;
const FULL_STDERR = 8_000;

/** What StatusDetails says of commands that did not simply run to their end. */
const ENDS: Record<string, Judgement> = {
  Undeliverable: end('unreachable', 'undeliverable', 'SSM could not deliver the command'),
  InvalidPlatform: end('unreachable', 'invalid-platform', 'SSM does not run shell scripts on this platform'),
  AccessDenied: end('unreachable', 'access-denied', 'SSM was not allowed to run the command there'),
  // amazon-ssm-agent#316: it may have run all the same.
  DeliveryTimedOut: end(
    'unknown',
    'delivery-timed-out',
    'SSM gave up delivering; the command may still have run',
  ),
  ExecutionTimedOut: end('timed-out', 'deadline', 'ended by the SSM agent at its execution timeout'),
};

function end(state: OutcomeState, code: ReasonCode, message: string): Judgement {
  return { state, reason: { code, message } };
}

/** Whether the invocation itself must be read, because the list cut what is needed, or has more for who wants it. */
export function needsFullOutput(report: Report, script: NodeScript): 'must' | 'more' | undefined {
  if (!/^(Success|Failed|ExecutionTimedOut)$/.test(report.details)) return undefined;
  const cut = report.output.length >= LISTED || report.output.includes(' truncated---');
  const { result } = splitResult(report.output, script.nonce);
  if (script.protocol && result) return cut || result.data?.more === '1' ? 'more' : undefined;
  return cut || (script.protocol && report.output !== '') ? 'must' : undefined;
}

/**
 * The node did nothing, because it cannot tell that the command of a tag is meant for it, or cannot unpack it: without the
 * ids of others the text is shorter.
 */
export function refusesTag(report: Report, script: NodeScript): boolean {
  const { result } = splitResult(report.output, script.nonce);
  return (result?.state === 'refused' && result.code === 'wrong-machine') || notUnpacked(result);
}

/** The outcome of an invocation that is over. `full` is its output where the list's was not enough. */
export function readReport(report: Report, ended: Ended, full?: Streams): Outcome {
  const { script } = ended;
  const streams = full ?? splitStreams(report.output, script.nonce);
  const truncated = full
    ? full.stdout.length >= FULL_STDOUT || full.stderr.length >= FULL_STDERR
    : CUT.test(report.output);
  const split = splitResult(streams.stdout, script.nonce);
  const { output, result } = split;
  const of = {
    target: ended.target.name,
    via: 'ssm' as const,
    startedAt: report.startedAt ?? ended.startedAt,
    endedAt: report.endedAt ?? ended.endedAt,
  };
  if (notUnpacked(result))
    return makeOutcome(of, 'unreachable', {
      reason: { code: 'script-too-long', message: result?.note ?? '', next: 'use --via ssh' },
    });
  const kept = keep(script.protocol ? output : streams.stdout, streams.stderr, script.maxOutput);
  const { state, ...why } = judge(report, split, script, truncated);
  return makeOutcome(of, state, {
    stdout: kept.stdout,
    stderr: kept.stderr,
    // The script keeps its output within what SSM shows, and says so.
    truncated:
      truncated || kept.cut || result?.data?.truncated === '1' || (!full && result?.data?.more === '1'),
    ...(report.code >= 0 ? { exitCode: report.code } : {}),
    ...(script.protocol && result ? { result } : {}),
    ...why,
  });
}

function judge(
  report: Report,
  { result, invalid }: SplitOutput,
  script: NodeScript,
  truncated: boolean,
): Judgement {
  const known = ENDS[report.details];
  if (known && !(result && known.state === 'timed-out')) return known;
  if (report.details === 'Terminated' && !report.startedAt)
    return end('unreachable', 'terminated', 'SSM ended the command before it was sent there');
  if (!known && !/^(Success|Failed)$/.test(report.details))
    return end('unknown', 'cancelled', `SSM says ${report.details || 'nothing'}; the command may have run`);
  if (script.protocol && !result) {
    // The last line was cut off, but the exit code says as much: 3 failed, 4 refused (docs/node-protocol.md).
    if (truncated && report.code === 0) return { state: 'ok' };
    if (truncated && (report.code === 3 || report.code === 4)) return { state: 'failed' };
    if (invalid !== undefined) return { state: 'unknown', reason: invalidResult(invalid) };
    return end('unknown', 'no-result', `the script exited with code ${report.code} without a result line`);
  }
  const state = stateOf(report.code, result, script.protocol);
  if (state === 'unknown') return end(state, REBOOTED, result?.note ?? 'the node was rebooted since');
  return state === 'timed-out'
    ? end(state, 'deadline', 'ended itself at its deadline on the node')
    : { state };
}

/** A list shows stdout, a title and stderr in one text. The title counts only after the result line. */
function splitStreams(text: string, nonce: string): Streams {
  const result = text.lastIndexOf(`"nonce":"${nonce}"`);
  const title = text.indexOf(ERROR_TITLE, Math.max(0, result));
  if (title < 0) return { stdout: text, stderr: '' };
  return { stdout: text.slice(0, title), stderr: text.slice(title + ERROR_TITLE.length) };
}

function keep(stdout: string, stderr: string, most: number): Streams & { cut: boolean } {
  return {
    stdout: stdout.slice(0, most),
    stderr: stderr.slice(0, most),
    cut: stdout.length > most || stderr.length > most,
  };
}
