export interface Entry {
  not: string;
  say: string;
  why: string;
  catches: string[];
  passes?: string[];
}
export interface Word extends Entry {
  pattern: RegExp;
}
export interface Finding {
  line: number;
  column: number;
  found: string;
  say: string;
  why: string;
}
export function compile(entries: Entry[]): Word[];
export function findIn(text: string, words: Word[]): Finding[];
