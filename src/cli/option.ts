/** One option of a verb, declared once: how it is typed, what help says, and in its type what the verb gets. */
export interface Option<T> {
  /** As commander writes them: `-c, --cluster <name>`. */
  flags: string;
  /** A noun phrase or an imperative; the default is added last. */
  help: string;
  /** The default, for the help only: the code that reads the flag applies it. */
  default?: string;
  choices?: readonly string[];
  /** The heading of help under which it stands. */
  group?: string;
  /** Given several times, each adds to the former. */
  repeatable?: true;
  hidden?: true;
  /** Reads what was typed; without it the text itself. */
  read?(word: string): T;
  /** Holds the type alone, never a value. */
  readonly gives?: T;
}

/** Options by the name under which the verb reads them: the flag in camel case. */
export type Options = Record<string, Option<unknown>>;

/** What a command line gave of these options. */
export type Given<O extends Options> = {
  [K in keyof O]?: (O[K] extends Option<infer T> ? T : never) | undefined;
};

type More = Pick<Option<unknown>, 'default' | 'hidden'>;

/** An option with a value: `--limit <N>`. */
export function value(flags: string, help: string, more: More = {}): Option<string> {
  return { flags, help, ...more };
}

/** An option with a value that may be given several times. */
export function values(flags: string, help: string, more: More = {}): Option<string[]> {
  return { flags, help, repeatable: true, ...more };
}

/** An option whose value is read at once. */
export function parsed<T>(
  flags: string,
  help: string,
  read: (word: string) => T,
  more: More = {},
): Option<T> {
  return { flags, help, read, ...more };
}

/** An option that takes one of a few words. */
export function choice<const T extends string>(
  flags: string,
  help: string,
  choices: readonly T[],
  more: More = {},
): Option<T> {
  return { flags, help, choices, ...more };
}

/** An option without a value; `--no-x` gives `x: false`. */
export function toggle(flags: string, help: string, more: More = {}): Option<boolean> {
  return { flags, help, ...more };
}

/** These options under one heading of help. */
export function grouped<O extends Options>(group: string, options: O): O {
  const entries = Object.entries(options).map(([name, option]) => [name, { group, ...option }]);
  return Object.fromEntries(entries) as O;
}

/** The flag as a person types it: `--max-failures`. */
export function flagOf({ flags }: Option<unknown>): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

/** The line of help, the default last. */
export function helpOf({ help, repeatable, default: usual }: Option<unknown>): string {
  const more = [repeatable && 'repeatable', usual !== undefined && `default: ${usual}`].filter(Boolean);
  return more.length === 0 ? help : `${help} (${more.join('; ')})`;
}
