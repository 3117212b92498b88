import type { Judged } from './types.ts';

/** Logins at a time that SSH begins with, and the most that it takes. */
const BEGINS = 64;
const MOST = 1_000;

/** Whether this process may open as many connections as the largest cluster calls for. */
export function judgeDescriptors(free: number, nodes: number): Judged {
  const useful = Math.min(nodes, MOST);
  const next = 'ulimit -n 4096    # in the shell that runs Fireaxe; for good: limits.conf, LimitNOFILE';
  const what = `${Number.isFinite(free) ? free : 'unlimited'} connections at a time (file descriptors)`;
  if (free < Math.min(useful, BEGINS)) return { state: 'red', what, next };
  if (free < useful) return { state: 'amber', what: `${what}; the largest cluster has ${nodes} nodes`, next };
  return { state: 'green', what };
}
