import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The writer of this journal is of this very process and cannot die by itself: its lease goes instead. */
export function asIfKilled(journal: string): void {
  const folder = dirname(journal);
  const leases = readdirSync(folder).filter((name) => name.startsWith(`${basename(journal)}.lease.`));
  for (const name of leases) rmSync(join(folder, name));
}
