import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** For the journal, the terminal, files and programs. */
const RESERVE = 64;
const FEWEST = 16;

/** How many connections, or pipes to children, this process may have open at once. */
export async function freeDescriptors(): Promise<number> {
  const limit = (await ofThisProcess()) ?? (await ofAShell());
  return Math.max(FEWEST, limit - RESERVE);
}

async function ofThisProcess(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'latin1').catch(() => '');
  const soft = /^Max open files\s+(\S+)/m.exec(text)?.[1];
  return soft === undefined ? undefined : amount(soft);
}

/** Where there is no /proc; children inherit the limit. */
function ofAShell(): Promise<number> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', 'ulimit -n'], (_error, out) => resolve(amount(out.trim())));
  });
}

function amount(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}
