import type { Domains } from './fairly.ts';
import { sideBySide } from './side-by-side.ts';

/** The results in the order of the items; at most so many of them at a time, fair to their domains. */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
  domainsOf: Domains<T> = () => [],
): Promise<R[]> {
  const results = new Array<R>(items.length);
  await sideBySide(
    [...items.keys()],
    most,
    async (i) => {
      results[i] = await work(items[i]!);
    },
    (i) => domainsOf(items[i]!),
  );
  return results;
}
