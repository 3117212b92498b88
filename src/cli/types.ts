import type { Command as CommanderCommand } from 'commander';
import type { Interrupts } from './interrupts.ts';

export type Output = 'text' | 'json' | 'ndjson';

/** Terminal, clock and signals, handed in so that verbs are tested without a process. */
export interface CliIo extends Omit<Interrupts, 'interrupt' | 'hangUp' | 'lostTerminal'> {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number; writableLength?: number };
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  env: Record<string, string | undefined>;
  now(): Date;
}

/** One verb: a file in cli/verbs, declared alike. `run` returns the exit code. */
export interface VerbDefinition {
  name: string;
  summary: string;
  /** Shown first by `--help`. */
  examples: string[];
  danger: 'read' | 'change' | 'severe';
  /** Its words are a command with options of its own: they belong after `--`. */
  takesCommand?: boolean;
  /** Adds arguments and options beyond the common ones. */
  configure(command: CommanderCommand): void;
  run(args: string[], options: Record<string, unknown>, io: CliIo): Promise<number>;
}

/** Keeps declarations alike. */
export function defineCommand(definition: VerbDefinition): VerbDefinition {
  return definition;
}
