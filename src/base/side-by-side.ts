import { type Domains, takeFairly } from './fairly.ts';

/** Works on all items, at most so many at a time, in their order, but fair to their domains. The first failure ends the wait. */
export async function sideBySide<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
  domainsOf: Domains<T> = () => [],
): Promise<void> {
  const left = new Set(items);
  const underWay = new Set<T>();
  const worker = async () => {
    for (;;) {
      const [item] = takeFairly([...left], [...underWay], 1, domainsOf);
      if (item === undefined) return;
      left.delete(item);
      underWay.add(item);
      await work(item);
      underWay.delete(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
