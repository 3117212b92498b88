import { type FireaxeError, usage } from '../../../base/errors.ts';
import { together } from '../../../base/together.ts';
import { parseYaml } from '../../yaml-file.ts';
import type { SourceText } from '../source-text.ts';
import { expandHosts } from './host-pattern.ts';
import { type AnsibleInventory, emptyInventory, groupIn, hostIn } from './inventory.ts';

const KEYS = ['hosts', 'vars', 'children'];

/** Reads an inventory in Ansible's YAML form. Texts that a tag encrypts stay as they are: none of them is used. */
export async function readYaml({ text, file }: SourceText): Promise<AnsibleInventory> {
  const source = await parseYaml(text, file, { anyTag: true });
  const inventory = emptyInventory();
  const wrong: FireaxeError[] = [];
  const refuse = (message: string, path: string[], expected: string) =>
    wrong.push(usage(message, { place: source.place(path, 'key'), expected }));
  const map = (value: unknown, path: string[]): Record<string, unknown> => {
    if (value === null || value === undefined) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    refuse(`${path.at(-1) ?? 'the file'} is not a map`, path, 'a map, such as hosts: { node-1: {} }');
    return {};
  };
  const readGroup = (name: string, value: unknown, path: string[]): void => {
    const group = groupIn(inventory, name, () => source.place(path, 'key'));
    const content = map(value, path);
    for (const key of Object.keys(content))
      if (!KEYS.includes(key))
        refuse(`unknown key ${key} of the group ${name}`, [...path, key], KEYS.join(', '));
    for (const [key, one] of Object.entries(map(content.vars, [...path, 'vars'])))
      group.vars.set(key, { value: one, place: () => source.place([...path, 'vars', key]) });
    for (const [pattern, vars] of Object.entries(map(content.hosts, [...path, 'hosts']))) {
      const at = [...path, 'hosts', pattern];
      const hosts = expandHosts(pattern);
      if (typeof hosts === 'string') {
        refuse(hosts, at, 'a host such as node-[01:50]');
        continue;
      }
      const own = Object.entries(map(vars, at));
      for (const host of hosts.names) {
        group.hosts.add(host);
        const known = hostIn(inventory, host, () => source.place(at, 'key'));
        if (hosts.port !== undefined)
          known.vars.set('ansible_port', { value: hosts.port, place: () => source.place(at, 'key') });
        for (const [key, one] of own)
          known.vars.set(key, { value: one, place: () => source.place([...at, key]) });
      }
    }
    for (const [child, one] of Object.entries(map(content.children, [...path, 'children']))) {
      group.children.add(child);
      readGroup(child, one, [...path, 'children', child]);
    }
  };
  for (const [name, value] of Object.entries(map(source.value, []))) readGroup(name, value, [name]);
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return inventory;
}
