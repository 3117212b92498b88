import { type FireaxeError, usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { together } from '../../base/together.ts';
import { ZONE } from '../../fleet/labels.ts';
import { isTransportName, TRANSPORT_NAMES } from '../../fleet/transports.ts';
import type { Role } from '../../fleet/types.ts';
import { type Cell, cellsOf } from './csv-cells.ts';
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

/**
 * Reads a table with a line of column names; `label:KEY` is a label. Mistakes in rows are returned beside what is right, so
 * that they are told with those of names and addresses; throws those of the first line.
 */
export function readCsv(source: SourceText): { nodes: Found[]; wrong: FireaxeError[] } {
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
    // Told here; what follows from it would be told again.
    if (name === '') return [];
    if (lines.has(name)) {
      wrong.push(
        usage(`${name} is there twice`, {
          place,
          expected: `one line for it: the first is ${lines.get(name)}`,
        }),
      );
      return [];
    }
    lines.set(name, place);
    return [read.node];
  });
  return { nodes, wrong };
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
      ...(isPort(port) && { port: Number(port) }),
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
