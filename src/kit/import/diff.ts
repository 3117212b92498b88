import { foldLine } from '../../base/fold-names.ts';
import type { FleetNode } from '../../fleet/types.ts';
import type { NodeChange } from './merge.ts';

/** More of one kind are folded into one line. */
const MOST_LINES = 30;

/** A diff as people read it: `+` new, `-` gone, `~` changed, `=` kept against the source. */
export function diffLines(changes: readonly NodeChange[]): string[] {
  const of = <K extends NodeChange['kind']>(kind: K) =>
    changes.filter((change): change is Extract<NodeChange, { kind: K }> => change.kind === kind);
  const added = changes.flatMap((change) => (change.kind === 'added' ? [change.node] : []));
  const removed = changes.flatMap((change) => (change.kind === 'removed' ? [change.node] : []));
  return [
    ...list(
      removed,
      (node) => `- ${nodeText(node)}`,
      (rest) => `- ${names(rest)}`,
    ),
    ...list(
      added,
      (node) => `+ ${nodeText(node)}`,
      (rest) => `+ ${names(rest)}`,
    ),
    ...list(
      of('changed'),
      ({ name, field, from, to }) => `~ ${name}  ${field}: ${word(from)} → ${word(to)}`,
      (rest) => `~ ${names(rest)}`,
    ),
    ...list(
      of('kept'),
      ({ name, field, own, source }) =>
        `= ${name}  ${field}: ${word(own)} stays (by hand); the source has ${word(source)}`,
      (rest) => `= ${names(rest)}: stays by hand`,
    ),
    ...list(
      of('kept-node').map(({ node }) => node),
      (node) => `= ${node.name}  stays: not from this source`,
      (rest) => `= ${names(rest)}: stays`,
    ),
  ];
}

/** `3 new, 1 gone, 2 changed`; empty where nothing changes. */
export function changeCounts(changes: readonly NodeChange[]): string {
  const count = (kind: NodeChange['kind']) =>
    new Set(changes.flatMap((change) => (change.kind === kind ? [nameOf(change)] : []))).size;
  const parts = { new: count('added'), gone: count('removed'), changed: count('changed') };
  return Object.entries(parts)
    .flatMap(([word, n]) => (n > 0 ? [`${n} ${word}`] : []))
    .join(', ');
}

function list<T extends FleetNode | { name: string }>(
  items: T[],
  line: (item: T) => string,
  folded: (rest: T[]) => string,
): string[] {
  const shown = items.slice(0, MOST_LINES).map(line);
  return items.length > MOST_LINES ? [...shown, folded(items.slice(MOST_LINES))] : shown;
}

const names = (nodes: { name: string }[]): string => {
  const different = [...new Set(nodes.map(({ name }) => name))];
  return `and ${different.length} more: ${foldLine(different)}`;
};

const nameOf = (change: NodeChange): string => ('node' in change ? change.node.name : change.name);

function nodeText({ name, roles, address, port, user, jump }: FleetNode): string {
  const where =
    port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const login = user === undefined ? where : `${user}@${where}`;
  return [name, login, roles.join(','), ...(jump ? [`behind ${jump}`] : [])].join('  ');
}

const word = (value: unknown): string =>
  value === undefined ? 'nothing' : Array.isArray(value) ? value.join(',') : String(value);
