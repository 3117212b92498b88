import type { ToolAnswer } from '../../types.ts';
import type { Options } from './options.ts';

/** One of systemctl's commands. */
export type Verb = (words: string[], options: Options) => ToolAnswer | Promise<ToolAnswer>;

export function answer(code: number, stdout = '', stderr = ''): ToolAnswer {
  return { code, stdout, stderr };
}

/** Shell patterns as systemctl takes them: `*`, `?` and `[…]`. */
export function matchesGlob(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}
