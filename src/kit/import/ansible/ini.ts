import { type FireaxeError, usage } from '../../../base/errors.ts';
import { together } from '../../../base/together.ts';
import { linesOf, type SourceLine, type SourceText } from '../source-text.ts';
import { expandHosts } from './host-pattern.ts';
import { type AnsibleInventory, emptyInventory, groupIn, hostIn } from './inventory.ts';

/** Reads an inventory in Ansible's INI form. */
export function readIni(source: SourceText): AnsibleInventory {
  const inventory = emptyInventory();
  const wrong: FireaxeError[] = [];
  let section = { group: 'ungrouped', kind: 'hosts' };
  /** Groups that are named as children, until they are defined. */
  const named = new Map<string, () => string>();
  for (const line of linesOf(source.text)) {
    const trimmed = line.text.trim();
    if (trimmed === '' || /^[#;]/.test(trimmed)) continue;
    const at = line.offset + line.text.indexOf(trimmed);
    const place = () => source.place(at);
    const refuse = (message: string, expected: string, offset = at) =>
      wrong.push(usage(message, { place: source.place(offset), expected }));
    const head = /^\[([^\]\s:]+)(?::([^\]\s]+))?\]\s*(?:#.*)?$/.exec(trimmed);
    // `[web-[1:9]]` is a group for nobody; `[::1]:22` and `[1:9].example.com` are hosts.
    if (head && !/^\d*$/.test(head[1]!)) {
      const [, group = '', kind = 'hosts'] = head;
      if (!['hosts', 'children', 'vars'].includes(kind))
        refuse(`unknown section [${group}:${kind}]`, `[${group}], [${group}:children] or [${group}:vars]`);
      section = { group, kind };
      if (kind === 'vars') named.set(group, place);
      else groupIn(inventory, group, place);
    } else if (section.kind === 'children') {
      const child = trimmed.split(/[\s#]/)[0]!;
      groupIn(inventory, section.group, place).children.add(child);
      named.set(child, place);
    } else if (section.kind === 'vars') {
      const found = /^([^\s=]+)\s*=\s*(.*)$/.exec(trimmed);
      if (!found) refuse('no value', 'key=value');
      else groupIn(inventory, section.group, place).vars.set(found[1]!, { value: literal(found[2]!), place });
    } else readHost(inventory, section.group, { ...line, text: trimmed, offset: at }, source, refuse);
  }
  for (const [name, place] of named)
    if (!inventory.groups.has(name) && name !== 'all' && name !== 'ungrouped')
      wrong.push(usage(`the group ${name} is defined nowhere`, { place: place(), expected: `[${name}]` }));
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return inventory;
}

function readHost(
  inventory: AnsibleInventory,
  group: string,
  { text, offset }: SourceLine,
  source: SourceText,
  refuse: (message: string, expected: string, offset?: number) => unknown,
): void {
  const words = wordsOf(text);
  if (typeof words === 'number')
    return void refuse('this quote is never closed', 'its other half', offset + words);
  const [pattern, ...rest] = words;
  const hosts = expandHosts(pattern!.text);
  if (typeof hosts === 'string') return void refuse(hosts, 'a host such as node-[01:50]:22');
  const vars = rest.flatMap((word) => {
    const at = word.text.indexOf('=');
    if (at > 0)
      return [{ key: word.text.slice(0, at), value: word.text.slice(at + 1), at: offset + word.at }];
    refuse(`no value: ${JSON.stringify(word.text.slice(0, 40))}`, 'key=value', offset + word.at);
    return [];
  });
  const { hosts: members } = groupIn(inventory, group, () => source.place(offset));
  for (const name of hosts.names) {
    members.add(name);
    const host = hostIn(inventory, name, () => source.place(offset));
    if (hosts.port !== undefined)
      host.vars.set('ansible_port', { value: hosts.port, place: () => source.place(offset) });
    for (const { key, value, at } of vars) host.vars.set(key, { value, place: () => source.place(at) });
  }
}

interface Word {
  text: string;
  at: number;
}

/** Words as Python's shlex splits them, comments left out; a number is where a quote begins that never ends. */
function wordsOf(line: string): Word[] | number {
  const words: Word[] = [];
  let word: Word | undefined;
  for (let at = 0; at < line.length; at++) {
    const c = line[at]!;
    if (c === '#') break;
    if (/\s/.test(c)) {
      if (word) words.push(word);
      word = undefined;
      continue;
    }
    word ??= { text: '', at };
    if (c === '\\' && at + 1 < line.length) word.text += line[++at];
    else if (c === "'" || c === '"') {
      const begin = at;
      for (at++; at < line.length && line[at] !== c; at++) {
        if (c === '"' && line[at] === '\\' && /["\\]/.test(line[at + 1] ?? '')) at++;
        word.text += line[at];
      }
      if (at >= line.length) return begin;
    } else word.text += c;
  }
  if (word) words.push(word);
  return words;
}

/** A value of a `vars` section: a quoted text is the text, a comment behind a number is none of it. */
function literal(text: string): string {
  const quoted = /^(["'])(.*)\1\s*(?:#.*)?$/.exec(text);
  if (quoted) return quoted[2]!;
  return /^(\d+)\s*#/.exec(text)?.[1] ?? text.trim();
}
