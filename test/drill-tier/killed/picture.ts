/** Not of the world but of the test, of the time, or a history that grows. */
const APART = ['ran', 'moveMs', 'until', 'modification', 'modified', 'updates', 'version', 'token', 'tokens'];

/** EC2 shows a machine that has ended for an hour. */
const ENDED = ['shutting-down', 'terminated'];

/** All data of a world as one text; the order of lists and members, names of runs and rules, and times apart. */
export function pictureOf(world: object): string {
  const plain = (name: string, value: unknown): unknown => {
    if (APART.includes(name)) return undefined;
    const list = value instanceof Set ? [...value] : value;
    if (list instanceof Map) return sorted([...list]);
    if (!Array.isArray(list)) return list && typeof list === 'object' ? sorted(Object.entries(list)) : list;
    return list
      .filter((item) => !ENDED.includes(item?.state))
      .map((item) => ({ item, text: JSON.stringify(item, plain) }))
      .sort(byText)
      .map(({ item }) => item);
  };
  // A rule that is allowed again is a new one to EC2.
  return timeless(JSON.stringify(world, plain, 1)).replace(/"sgr-[0-9a-z]+"/g, '"RULE"');
}

/** Without what differs from one run to the next: its name and the time. */
export function timeless(text: string): string {
  return text
    .replace(/\d{8}T\d{6}\.\d+Z(-[0-9a-z]+)+/g, 'RUN')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d[:.\d]*Z/g, 'TIME');
}

const sorted = (entries: [string, unknown][]) =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));

const byText = (a: { text: string }, b: { text: string }) => (a.text < b.text ? -1 : 1);
