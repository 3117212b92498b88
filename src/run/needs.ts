import type { Workstream } from '../plan/types.ts';

/** Waits for what a workstream needs; returns the need that was not met, if any. */
export async function unmetNeed(
  { needs }: Workstream,
  endOf: (name: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const name of needs.ended ?? []) await endOf(name);
  for (const name of needs.all ?? []) if (!(await endOf(name))) return `${name} did not succeed`;
  if (needs.any && needs.any.length > 0 && !(await firstOk(needs.any.map(endOf))))
    return `none of ${needs.any.join(', ')} succeeded`;
  return undefined;
}

function firstOk(ends: Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    for (const e of ends) void e.then((ok) => ok && resolve(true));
    void Promise.all(ends).then(() => resolve(false));
  });
}
