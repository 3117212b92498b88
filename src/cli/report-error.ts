import { FireaxeError } from '../base/errors.ts';
import { sanitize } from '../base/sanitize.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { safeJson } from './output.ts';
import { systemFailure } from './system-failure.ts';
import type { CliIo } from './types.ts';

/** Prints an error to stderr: what failed, where, and the next command; returns the exit code. */
export function reportError(thrown: unknown, io: CliIo, json: boolean): number {
  const error = thrown instanceof FireaxeError ? thrown : (systemFailure(thrown) ?? thrown);
  const known = error instanceof FireaxeError;
  const kind = known ? error.kind : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  const place = known ? error.place : undefined;
  const expected = known ? error.expected : undefined;
  const next = known ? error.next : 'this is a bug in fireaxe: report it with the lines above';
  if (json) {
    io.stderr.write(`${safeJson({ schemaVersion: 1, error: { kind, message, place, expected, next } })}\n`);
  } else {
    const lines = [`fireaxe: ${message}`];
    if (place) lines.push(`  at: ${place}`);
    if (expected) lines.push(`  expected: ${expected}`);
    if (!known && error instanceof Error && error.stack) lines.push(error.stack);
    if (next) lines.push(`  next: ${next}`);
    // The text may quote a node: a second line of it must not look like a line of Fireaxe.
    io.stderr.write(`${lines.map((line) => sanitize(line).replaceAll('\n', '\n    ')).join('\n')}\n`);
  }
  return known ? exitCodeOfError(kind) : EXIT.internal;
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
