import { beganStart, incompleteStart, passwordPrompt, readyLine } from './markers.ts';
import { splitResult } from './node-output.ts';
import type { NodeResult, NodeScript } from './types.ts';

/** Room for a result line of 2,400 characters of up to 4 bytes after the kept output. */
const TAIL = 16 * 1024;

/** Keeps the beginning and the end of a stream; a flood costs no more memory than these. */
export class Capture {
  total = 0;
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  #tail: Buffer[] = [];
  #tailBytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    this.total += chunk.length;
    const room = this.#limit - this.#headBytes;
    if (room > 0) {
      // Copied: a slice would keep the whole network buffer alive.
      const part = Buffer.from(chunk.subarray(0, room));
      this.#head.push(part);
      this.#headBytes += part.length;
      if (chunk.length <= room) return;
      chunk = chunk.subarray(room);
    }
    if (chunk.length >= TAIL) {
      this.#tail = [];
      this.#tailBytes = 0;
    }
    const part = Buffer.from(chunk.subarray(-TAIL));
    this.#tail.push(part);
    this.#tailBytes += part.length;
    while (this.#tailBytes - this.#tail[0]!.length >= TAIL) this.#tailBytes -= this.#tail.shift()!.length;
  }

  /** All that is kept, as text. */
  text(): string {
    const { head, tail } = this.kept();
    return decode(Buffer.concat([head, tail]));
  }

  /** Whether the kept bytes contain the text. */
  holds(text: string): boolean {
    const { head, tail } = this.kept();
    return head.includes(text) || tail.includes(text);
  }

  /** The bytes that are kept; `gap` when some between head and tail are lost. */
  kept(): { head: Buffer; tail: Buffer; gap: boolean } {
    return {
      head: Buffer.concat(this.#head),
      tail: Buffer.concat(this.#tail),
      gap: this.total > this.#headBytes + this.#tailBytes,
    };
  }
}

export interface NodeOutput {
  stdout: string;
  stderr: string;
  truncated: boolean;
  result?: NodeResult;
  /** Why its result line is invalid. */
  invalid?: string;
  /** Whether the script's first line was heard; undefined where that line may be lost. */
  began: boolean | undefined;
  /** Names the boot in which it began; empty where the node has no such name. */
  boot?: string;
  /** Bytes of the text that arrived, where it was not run because some were missing. */
  arrived?: number;
}

/** Reads what a script left: its output within the limit, its first line and its result line. */
export function readOutput(
  out: Capture,
  err: Capture,
  script: Pick<NodeScript, 'nonce' | 'maxOutput'>,
): NodeOutput {
  const { head, tail, gap } = out.kept();
  const kept = without(decode(gap ? head : Buffer.concat([head, tail])), readyLine(script.nonce));
  // Text before the first line is the login's, not the script's.
  const first = lineOf(kept, beganStart(script.nonce));
  const text = first ? first.after : kept;
  const began = first ? true : gap ? undefined : false;
  const arrived = first ? undefined : lineOf(kept, incompleteStart(script.nonce))?.rest;
  const split = splitResult(gap ? decode(tail) : text, script.nonce);
  const stdout = cut(gap ? text : split.output, script.maxOutput);
  const stderr = cut(without(err.text(), passwordPrompt(script.nonce)), script.maxOutput);
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    truncated: gap || stdout.truncated || stderr.truncated || err.kept().gap,
    began,
    ...(first && { boot: /^ ([0-9a-f-]{36}(?:\.\d{1,20})?)$/.exec(first.rest)?.[1] ?? '' }),
    ...(arrived !== undefined && { arrived: Number.parseInt(arrived, 10) || 0 }),
    ...(split.result && { result: split.result }),
    ...(split.invalid !== undefined && { invalid: split.invalid }),
  };
}

function without(text: string, marker: string): string {
  const at = text.indexOf(marker);
  return at < 0 ? text : text.slice(0, at) + text.slice(at + marker.length);
}

/** The rest of the line that begins with the marker, and what follows that line. */
function lineOf(text: string, marker: string): { rest: string; after: string } | undefined {
  const at = text.indexOf(marker);
  if (at < 0) return undefined;
  const [rest = ''] = text.slice(at + marker.length).split('\n', 1);
  return { rest, after: text.slice(at + marker.length + rest.length + 1) };
}

function decode(bytes: Buffer): string {
  return bytes.toString('utf8');
}

/** At most `limit` bytes, never ending within a character. */
function cut(text: string, limit: number): { text: string; truncated: boolean } {
  if (text.length <= limit / 3) return { text, truncated: false };
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return { text, truncated: false };
  let end = limit;
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return { text: bytes.toString('utf8', 0, end), truncated: true };
}
