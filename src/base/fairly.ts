/** What an item fails together with, the widest first. */
export type Domains<T> = (item: T) => readonly string[];

/**
 * Takes so many of those that wait, each time the first one of the domain that has the fewest under way: a domain that does
 * not move holds up no other. Within a domain the order stays.
 */
export function takeFairly<T>(
  waiting: readonly T[],
  underWay: readonly T[],
  room: number,
  domainsOf: Domains<T>,
): T[] {
  const busy = new Map<string, number>();
  const begin = (item: T) => {
    for (const domain of domainsOf(item)) busy.set(domain, (busy.get(domain) ?? 0) + 1);
  };
  const isFreer = (a: T, b: T) => {
    const [mine, theirs] = [a, b].map((item) => domainsOf(item).map((domain) => busy.get(domain) ?? 0));
    const differs = mine!.findIndex((count, i) => count !== theirs![i]);
    return differs >= 0 && mine![differs]! < (theirs![differs] ?? 0);
  };
  underWay.forEach(begin);
  const left = [...waiting];
  const taken: T[] = [];
  while (taken.length < room && left.length > 0) {
    const next = left.reduce((best, item) => (isFreer(item, best) ? item : best));
    left.splice(left.indexOf(next), 1);
    taken.push(next);
    begin(next);
  }
  return taken;
}
