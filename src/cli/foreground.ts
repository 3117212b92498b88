import { readFileSync } from 'node:fs';

/**
 * Whether another job has the terminal: reading from it would stop this process with all that it carries. By proc(5), pgrp
 * against tpgid; false where that cannot be told.
 */
export function inBackground(stat = ownStat()): boolean {
  // The name of the program, in brackets, may have spaces and brackets of its own.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(foreground) > 0 && foreground !== group;
}

function ownStat(): string {
  try {
    return readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return '';
  }
}
