import { sha256 } from '../../base/canonical.ts';
import { usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { FleetNode } from '../../fleet/types.ts';
import { addressSet } from '../../node/addresses.ts';

const ADDRESS = /^[0-9a-fA-F.:]+(\/\d+)?$/;
const PLACE = 'readmit.clients';

/** The addresses at which API servers see these clients: node names, addresses, CIDRs, or a share such as `25%` of the workers. */
export function clientAddresses(words: string[], nodes: FleetNode[]): { v4: string[]; v6: string[] } {
  return addressSet(
    words.flatMap((word) => addressesOf(word, nodes)),
    PLACE,
  );
}

function addressesOf(word: string, nodes: FleetNode[]): string[] {
  const percent = /^(\d+)%$/.exec(word);
  if (percent) return share(Number(percent[1]), nodes);
  const node = nodes.find((n) => n.name === word);
  if (node) return [node.internalAddress ?? node.address];
  if (ADDRESS.test(word) && /[.:]/.test(word)) return [word];
  const names = nodes.map((n) => n.name);
  const near = nearest(word, names);
  throw usage(`not a node or an address: ${JSON.stringify(word)}`, {
    place: PLACE,
    expected: 'all, 25%, node names, addresses or CIDRs',
    ...(near && { next: `did you mean ${near}?` }),
  });
}

/** The same nodes come first whatever the share, so that 50% holds all of 25%; by hash, so that zones mix. */
function share(percent: number, nodes: FleetNode[]): string[] {
  const workers = nodes
    .filter((n) => !n.roles.includes('control-plane'))
    .map((n) => ({ n, key: sha256(n.name) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return workers
    .slice(0, Math.ceil((workers.length * percent) / 100))
    .map(({ n }) => n.internalAddress ?? n.address);
}
