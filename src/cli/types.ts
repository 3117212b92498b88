import type { GROUPS } from './help.ts';
import type { Interrupts } from './interrupts.ts';
import type { Given, Options } from './option.ts';
import type { CommonFlags } from './options.ts';

export type Output = 'text' | 'json' | 'ndjson';

/** Terminal, clock and signals, handed in so that verbs are tested without a process. */
export interface CliIo extends Omit<Interrupts, 'interrupt' | 'hangUp' | 'lostTerminal'> {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; writableLength?: number };
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  env: Record<string, string | undefined>;
  now(): Date;
  /** What Ctrl-C does, where it is read as a key. */
  interrupt?(name: string): void;
}

/** What the dispatcher adds to the flags of every verb. */
export interface Dispatched {
  /** Behind `fireaxe plan`: the plan is made and shown, and nothing runs. */
  planOnly?: boolean | undefined;
  /** All verbs, for what tells of them. */
  verbs?: RegisteredVerb[] | undefined;
  /** The verb as it was typed, for the command that tries again. */
  typed?: { verb: string; argv: string[] } | undefined;
}

/** One verb: a file in cli/verbs, declared alike. `run` returns the exit code. */
export interface VerbDefinition<O extends Options = Options> {
  name: string;
  summary: string;
  /** Shown first by `--help`. */
  examples: string[];
  danger: 'read' | 'change' | 'severe';
  /** Its words are a command with options of its own: they belong after `--`. */
  takesCommand?: boolean;
  /** Its words besides options, as commander writes them (`<run>`), what help says of them, and what to type for want of one. */
  argument?: readonly [name: string, help: string, next?: string];
  /** What to say instead for want of it, by the words that were typed. */
  missing?(argv: readonly string[]): { expected?: string; next?: string };
  /** What the first of them may be, where only these are known. */
  words?: readonly string[];
  /** Beyond the common ones. */
  options: O;
  /** Printed below the options by `--help`. */
  notes?: string;
  run(args: string[], flags: Given<O> & CommonFlags & Dispatched, io: CliIo): Promise<number>;
}

/** A verb before it is loaded. */
export interface RegisteredVerb {
  name: string;
  summary: string;
  group: (typeof GROUPS)[number];
  /** Loaded only when the verb is used: `--help` must cost almost nothing. */
  load(): Promise<VerbDefinition>;
}

/** Types the flags of `run` by the options; the code that dispatches the verb does not need them. */
export function defineVerb<O extends Options>(definition: VerbDefinition<O>): VerbDefinition {
  return definition as unknown as VerbDefinition;
}
