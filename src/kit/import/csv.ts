import { type FireaxeError, usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { together } from '../../base/together.ts';
import { ZONE } from '../../fleet/labels.ts';
import { isTransportName, TRANSPORT_NAMES } from '../../fleet/transports.ts';
import type { Role } from '../../fleet/types.ts';
import type { SourceText } from './source-text.ts';
import type { Found } from './types.ts';

/** Columns by the names that people give them, without case, spaces, `_` and `-`. */
const COLUMNS: Record<string, string> = {
  name: 'name',
  node: 'name',
  hostname: 'name',
  host: 'name',
  address: 'address',
  ip: 'address',
  ipaddress: 'address',
  roles: 'roles',
  role: 'roles',
  port: 'port',
  sshport: 'port',
  user: 'user',
  login: 'user',
  zone: 'zone',
  jump: 'jump',
  bastion: 'jump',
  via: 'via',
  internaladdress: 'internalAddress',
  internalip: 'internalAddress',
  instanceid: 'instanceId',
  machineid: 'machineId',
  hostkeyalias: 'hostKeyAlias',
};
const KNOWN = [...new Set(Object.values(COLUMNS))];

interface Cell {
  text: string;
  offset: number;
}

/** Reads a table with a line of column names; `label:KEY` is a label. */
export function readCsv(source: SourceText): Found[] {
  const [head, ...rows] = cellsOf(source);
  const wrong: FireaxeError[] = [];
  const columns = head!.map((cell) => {
    const column = columnOf(cell.text);
    if (column === undefined) wrong.push(unknownColumn(cell, source));
    return column;
  });
  columns.forEach((column, i) => {
    if (column === undefined || columns.indexOf(column) === i) return;
    wrong.push(usage(`the column ${column} is there twice`, { place: source.place(head![i]!.offset) }));
  });
  for (const needed of ['name', 'address'].filter((column) => !columns.includes(column)))
    if (needed === 'name' || !columns.includes('name'))
      wrong.push(
        usage(`no column ${needed}`, {
          place: source.place(0),
          expected: 'a first line such as name,address,roles',
        }),
      );
  if (wrong.length > 0) throw together(wrong, 'mistakes in the first line');

  const lines = new Map<string, string>();
  const nodes = rows.flatMap((row) => {
    const place = source.place(row[0]!.offset);
    if (row.length !== columns.length) {
      wrong.push(usage(`${row.length} values for ${columns.length} columns`, { place }));
      return [];
    }
    const read = rowOf(row, columns as string[], source);
    wrong.push(...read.wrong);
    const { name } = read.node;
    if (lines.has(name))
      wrong.push(
        usage(`${name} is there twice`, {
          place,
          expected: `one line for it: the first is ${lines.get(name)}`,
        }),
      );
    lines.set(name, place);
    return [read.node];
  });
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return nodes;
}

function columnOf(word: string): string | undefined {
  const label = /^\s*labels?[:.]\s*(.+?)\s*$/i.exec(word)?.[1];
  if (label !== undefined) return `label:${label}`;
  const plain = word.toLowerCase().replace(/[\s_-]/g, '');
  return Object.hasOwn(COLUMNS, plain) ? COLUMNS[plain] : undefined;
}

function unknownColumn({ text, offset }: Cell, { place }: SourceText): FireaxeError {
  const meant = nearest(text, KNOWN);
  return usage(`unknown column ${JSON.stringify(text)}`, {
    place: place(offset),
    expected: meant ? `perhaps ${meant}` : `one of ${KNOWN.join(', ')}, or label:KEY`,
  });
}

function rowOf(row: Cell[], columns: string[], source: SourceText): { node: Found; wrong: FireaxeError[] } {
  const wrong: FireaxeError[] = [];
  const at = (column: string) => row[columns.indexOf(column)];
  const text = (column: string) => at(column)?.text.trim() ?? '';
  const refuse = (column: string, message: string) =>
    wrong.push(usage(message, { place: source.place(at(column)!.offset) }));
  const given = (column: string) => (text(column) === '' ? {} : { [column]: text(column) });
  const words = (column: string) =>
    text(column)
      .split(/[\s;,|+]+/)
      .filter(Boolean);

  const name = text('name');
  if (name === '') refuse('name', 'no name');
  const roles = words('roles').flatMap((word): Role[] => {
    const role = roleOf(word);
    if (!role) refuse('roles', `unknown role ${JSON.stringify(word)}: control-plane, etcd or worker`);
    return role ? [role] : [];
  });
  const via = words('via').filter((word) => {
    if (!isTransportName(word))
      refuse('via', `unknown transport ${JSON.stringify(word)}: ${TRANSPORT_NAMES.join(', ')}`);
    return isTransportName(word);
  }) as Found['via'];
  const port = text('port');
  if (port !== '' && !isPort(port)) refuse('port', 'not a port');
  const jump = text('jump');
  const labels = columns.flatMap((column, i) => {
    const value = row[i]!.text.trim();
    return column.startsWith('label:') && value !== '' ? [[column.slice('label:'.length), value]] : [];
  });
  const zone = text('zone');
  const { offset } = row[0]!;
  return {
    wrong,
    node: {
      name,
      host: text('address') || name,
      ...given('user'),
      ...given('internalAddress'),
      ...given('instanceId'),
      ...given('machineId'),
      ...given('hostKeyAlias'),
      ...(port !== '' && { port: Number(port) }),
      ...(roles.length > 0 && { roles: [...new Set(roles)] }),
      ...(via!.length > 0 && { via: via! }),
      ...(jump !== '' && { jump: /^(none|false|-)$/i.test(jump) ? (false as const) : jump }),
      groups: [],
      labels: Object.fromEntries([...labels, ...(zone === '' ? [] : [[ZONE, zone]])]),
      place: () => source.place(offset),
    },
  };
}

export const isPort = (word: string): boolean =>
  /^\d{1,5}$/.test(word) && Number(word) >= 1 && Number(word) <= 65_535;

/** A role, by the names that inventories have for it. */
export function roleOf(word: string): Role | undefined {
  const plain = word.toLowerCase().replaceAll('_', '-');
  if (/^(control-?plane|masters?|cp)$/.test(plain)) return 'control-plane';
  if (plain === 'etcd') return 'etcd';
  return /^(workers?|nodes?|agents?)$/.test(plain) ? 'worker' : undefined;
}

/** RFC 4180; the separator is that of the first line. Empty lines and lines that begin with # are left out. */
function cellsOf(source: SourceText): Cell[][] {
  const { text, place } = source;
  const first = /[^\r\n]*/.exec(text.replace(/^(?:\s*(?:#[^\r\n]*)?[\r\n])+/, ''))![0];
  const separator = [',', ';', '\t'].find((one) => first.includes(one)) ?? ',';
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let at = 0;
  while (at < text.length) {
    if (row.length === 0 && (text[at] === '#' || isEnd(text[at]))) {
      at = isEnd(text[at]) ? at + 1 : endOfLine(text, at);
      continue;
    }
    while (text[at] === ' ') at++;
    const cell = text[at] === '"' ? quoted(text, at, place) : plain(text, at, separator);
    row.push({ text: cell.text, offset: at });
    at = cell.end;
    while (text[at] === ' ') at++;
    if (at < text.length && text[at] !== separator && !isEnd(text[at]))
      throw usage('text behind the closing quote', {
        place: place(at),
        expected: `${JSON.stringify(separator)} or the end of the line`,
      });
    const more = text[at] === separator;
    if (more) at++;
    if (more && at >= text.length) row.push({ text: '', offset: at });
    if (more && isEnd(text[at])) row.push({ text: '', offset: at });
    if (!more || isEnd(text[at]) || at >= text.length) {
      rows.push(row);
      row = [];
    }
  }
  if (rows.length < 2)
    throw usage('no nodes', {
      place: place(0),
      expected: 'a line of column names, then a line for each node',
    });
  return rows;
}

const isEnd = (c: string | undefined): boolean => c === '\n' || c === '\r';

function endOfLine(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isEnd(text[at])) at++;
  return at;
}

function plain(text: string, from: number, separator: string): { text: string; end: number } {
  let at = from;
  while (at < text.length && text[at] !== separator && !isEnd(text[at])) at++;
  return { text: text.slice(from, at), end: at };
}

function quoted(text: string, from: number, place: SourceText['place']): { text: string; end: number } {
  for (let at = text.indexOf('"', from + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] === '"') continue;
    return { text: text.slice(from + 1, at).replaceAll('""', '"'), end: at + 1 };
  }
  throw usage('this quote is never closed', { place: place(from) });
}
