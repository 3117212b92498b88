import { FireaxeError } from './errors.ts';

/** More than these are counted only. */
const MOST_SHOWN = 20;

/** Everything that is wrong as one error, so that nobody mends one thing to be told the next. */
export function together(errors: readonly FireaxeError[], what: string): FireaxeError {
  const different = [...new Map(errors.map((error) => [`${error.place}\n${error.message}`, error])).values()];
  const [first] = different;
  if (different.length === 1) return first!;
  const shown = different.slice(0, MOST_SHOWN).map(line);
  const more = different.length - shown.length;
  const message = [`${different.length} ${what}:`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])];
  const nexts = [...new Set(different.map(({ next }) => next))];
  return new FireaxeError(first!.kind, message.join('\n  '), {
    ...(nexts.length === 1 && nexts[0] !== undefined && { next: nexts[0] }),
    cause: first,
  });
}

function line({ place, message, expected, next }: FireaxeError): string {
  const hints = [expected && `expected: ${expected}`, next && `next: ${next}`].filter(Boolean);
  return `${place ? `${place}: ` : ''}${message}${hints.length > 0 ? ` (${hints.join('; ')})` : ''}`;
}

/** Collects what goes wrong, so that all of it is told. */
export interface Refusals {
  /** Runs this; its refusal is kept instead of thrown. */
  try<T>(work: () => T | Promise<T>): Promise<T | undefined>;
  add(error: FireaxeError): void;
  /** Throws where something was refused. */
  end(what: string): void;
}

export function refusals(): Refusals {
  const errors: FireaxeError[] = [];
  return {
    async try(work) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof FireaxeError)) throw error;
        errors.push(error);
        return undefined;
      }
    },
    add: (error) => errors.push(error),
    end(what) {
      if (errors.length > 0) throw together(errors, what);
    },
  };
}
