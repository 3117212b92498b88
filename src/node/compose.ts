/** Shell fragments by their path without `.sh`: `firewall/armed`, `fence/node`. */
export type Fragments = Readonly<Record<string, string>>;

const NEEDS = /^# needs: *(.*)$/gm;

/**
 * One text of the roots and of all that they need: each fragment once, after what it needs.
 * A fragment names its needs in its head, `# needs: firewall/armed chain`; a name without a folder is a file beside it.
 */
export function compose(roots: readonly string[], fragments: Fragments): string {
  const placed = new Set<string>();
  const path: string[] = [];
  const place = (name: string): void => {
    if (placed.has(name)) return;
    if (path.includes(name)) {
      throw new TypeError(`fragments need each other: ${[...path, name].map(file).join(' needs ')}`);
    }
    const text = fragments[name];
    if (text === undefined) throw new TypeError(`no fragment ${file(name)}${asker(path)}`);
    path.push(name);
    for (const need of needsOf(name, text)) place(need);
    path.pop();
    placed.add(name);
  };
  for (const root of roots) place(root);
  return [...placed].map((name) => fragments[name]).join('');
}

export function needsOf(name: string, text: string): string[] {
  const words = [...text.matchAll(NEEDS)].flatMap(([, list = '']) => list.split(/\s+/).filter(Boolean));
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  return words.map((word) => (word.includes('/') ? word : `${folder}${word}`));
}

const file = (name: string) => `${name}.sh`;
const asker = (path: string[]) => (path.length > 0 ? `, which ${file(path.at(-1)!)} needs` : '');
