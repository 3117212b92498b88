import { usage } from '../../../base/errors.ts';
import { memberPlaces, parseJson } from '../json.ts';
import type { SourceText } from '../source-text.ts';
import { type AnsibleInventory, emptyInventory, groupIn, hostIn } from './inventory.ts';

const EXPECTED = 'the output of ansible-inventory --list';

/** Reads what `ansible-inventory --list` prints: the values of each host stand under `_meta.hostvars`. */
export function readList(source: SourceText): AnsibleInventory {
  const value = parseJson(source, EXPECTED);
  const inventory = emptyInventory();
  if (!isMap(value)) throw usage('no inventory', { place: source.place(0), expected: EXPECTED });
  const groupPlaces = memberPlaces(source, []);
  const hostPlaces = memberPlaces(source, ['_meta', 'hostvars']);
  const { _meta, ...groups } = value;
  const hostvars = isMap(_meta) && isMap(_meta.hostvars) ? _meta.hostvars : {};
  for (const [name, content] of Object.entries(groups)) {
    const place = () => groupPlaces(name);
    // An old script may print a bare list of hosts.
    const { hosts, children, vars } = Array.isArray(content)
      ? { hosts: content, children: [], vars: {} }
      : ({ ...(content as object) } as Record<string, unknown>);
    const group = groupIn(inventory, name, place);
    for (const host of textsIn(hosts)) {
      group.hosts.add(host);
      hostIn(inventory, host, () => (Object.hasOwn(hostvars, host) ? hostPlaces(host) : place()));
    }
    for (const child of textsIn(children)) group.children.add(child);
    for (const [key, one] of Object.entries(isMap(vars) ? vars : {}))
      group.vars.set(key, { value: one, place });
  }
  for (const [host, vars] of Object.entries(hostvars)) {
    const place = () => hostPlaces(host);
    const known = hostIn(inventory, host, place);
    for (const [key, one] of Object.entries(isMap(vars) ? vars : {}))
      known.vars.set(key, { value: one, place });
  }
  return inventory;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
