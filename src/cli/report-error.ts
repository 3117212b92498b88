import { FireaxeError } from '../base/errors.ts';
import { sanitize } from '../base/sanitize.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { safeJson } from './output.ts';
import type { ErrorJson } from './results/failure.ts';
import { systemFailure } from './system-failure.ts';
import type { CliIo } from './types.ts';

/** An error as it is told, and the exit code that it stands for. */
export function reported(thrown: unknown): { error: ErrorJson; exit: number } {
  const error = thrown instanceof FireaxeError ? thrown : (systemFailure(thrown) ?? thrown);
  if (error instanceof FireaxeError) {
    const { kind, message, place, expected, next } = error;
    return { error: { kind, message, place, expected, next }, exit: exitCodeOfError(kind) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const next = 'this is a bug in fireaxe: report it with the lines above';
  return { error: { kind: 'internal', message, next }, exit: EXIT.internal };
}

/** Prints an error to stderr: what failed, where, and the next command; returns the exit code. */
export function reportError(thrown: unknown, io: CliIo, json: boolean): number {
  const { error, exit } = reported(thrown);
  if (json) {
    io.stderr.write(`${safeJson({ schemaVersion: 1, error })}\n`);
    return exit;
  }
  const { message, place, expected, next } = error;
  const lines = [`fireaxe: ${message}`];
  if (place) lines.push(`  at: ${place}`);
  if (expected) lines.push(`  expected: ${expected}`);
  // Of an error that may be a bug.
  const bug = exit === EXIT.internal && !(thrown instanceof FireaxeError) && !systemFailure(thrown);
  if (bug && thrown instanceof Error && thrown.stack) lines.push(thrown.stack);
  if (next) lines.push(`  next: ${next}`);
  // The text may quote a node: a second line of it must not look like a line of Fireaxe.
  io.stderr.write(`${lines.map((line) => sanitize(line).replaceAll('\n', '\n    ')).join('\n')}\n`);
  return exit;
}

/** Whether errors are printed as JSON; decided before the options are parsed, because parsing may fail. */
export function wantsJson(argv: string[]): boolean {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.some(
    (word, i) =>
      /^(--output=|-o=?)(nd)?json$/.test(word) ||
      (/^(--output|-o)$/.test(own[i - 1] ?? '') && /^(nd)?json$/.test(word)),
  );
}
