import { fitted, STDOUT_MARK } from '../base/quoted-output.ts';
import { oneLine, sanitize } from '../base/sanitize.ts';
import type { CommonFlags } from './options.ts';
import type { Line } from './results/lines.ts';
import type { Result } from './results/results.ts';
import type { OneOfSeveral, Total } from './results/several.ts';
import type { CliIo, Output } from './types.ts';

/** The one sink of text: everything passes through `sanitize`; results go to stdout, the rest to stderr. */
export interface Sink {
  mode: Output;
  color: boolean;
  /** A result line for people; not printed with json or ndjson. */
  text(line: string): void;
  /** The one JSON object that a verb ends with; indented with `json`. */
  json(value: Result): void;
  /** One JSON line of a stream; only with ndjson. */
  event(value: Line): void;
  /** A JSON list of many objects that are written as they come: nothing of them is kept. With ndjson a line for each. */
  list(key: 'clusters'): JsonList;
  /** Progress, warnings and questions. */
  note(line: string): void;
}

export interface JsonList {
  add(value: OneOfSeveral<Result>): void;
  /** Ends the object that the list stands in, with what else belongs to it. */
  end(rest: { total: Total }): void;
}

export function createSink(io: CliIo, flags: Pick<CommonFlags, 'output' | 'color'>): Sink {
  const mode = flags.output ?? 'text';
  return {
    mode,
    color: flags.color !== false && !io.env.NO_COLOR && io.stderr.isTTY === true && mode === 'text',
    text: (line) => {
      if (mode !== 'text') return;
      for (const row of fitted(ownLine(line), io.stdout.isTTY ? io.stdout.columns : undefined))
        io.stdout.write(`${row}\n`);
    },
    json: (value) => {
      if (mode === 'text') return;
      const whole = { schemaVersion: 1, ...value };
      io.stdout.write(`${safeJson(whole, mode === 'json' ? 2 : 0)}\n`);
    },
    event: (value) => {
      if (mode === 'ndjson') io.stdout.write(`${safeJson({ schemaVersion: 1, ...value })}\n`);
    },
    list: (key) => jsonList(mode, key, (text) => io.stdout.write(text)),
    note: (line) => {
      io.stderr.write(`${ownLine(line)}\n`);
    },
  };
}

function jsonList(mode: Output, key: string, write: (text: string) => void): JsonList {
  const ndjson = (value: object) => write(`${safeJson({ schemaVersion: 1, ...value })}\n`);
  if (mode === 'text') return { add() {}, end() {} };
  if (mode === 'ndjson') return { add: ndjson, end: ndjson };
  let count = 0;
  const begin = () => (count++ === 0 ? `{\n  "schemaVersion": 1,\n  ${safeJson(key)}: [\n` : ',\n');
  return {
    add: (value) => write(begin() + indented(safeJson(value, 2), '    ')),
    end: (rest) => {
      const others = safeJson(rest, 2).slice(1, -1).trim();
      write(`${count === 0 ? begin() : '\n'}  ]${others === '' ? '' : `,\n  ${others}`}\n}\n`);
    },
  };
}

const indented = (text: string, by: string): string => by + text.replaceAll('\n', `\n${by}`);

/** A line break inside a line came from outside: the rest must not look like a line of Fireaxe. */
function ownLine(line: string): string {
  return sanitize(line).replaceAll('\n', `\n${STDOUT_MARK}`);
}

/** JSON that is safe on a terminal and loses nothing: it escapes what `sanitize` would change. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Rows of columns, each as wide as its widest cell; the last one is not padded. */
export function table(words: string[][]): string[] {
  const rows = words.map((row) => row.map((cell) => sanitize(oneLine(cell))));
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
}
