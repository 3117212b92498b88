import { canonicalAddress } from '../fleet/canonical-address.ts';
import { fingerprint } from '../transport/known-hosts/fingerprint.ts';
import { indexKnownHosts } from '../transport/known-hosts/index-by-host.ts';
import { type KnownHostLine, parseKnownHosts } from '../transport/known-hosts/line.ts';
import { type Door, wordOf } from './doors.ts';

/** A key that a source has for a host. */
export interface FoundKey {
  door: Door;
  keyType: string;
  key: Buffer;
  /** As `~/.ssh/known_hosts:12`, `ssm` or `console`. */
  from: string;
}

/** The keys that a known_hosts text has for hosts, as `ssh-keygen -F` finds them; a revoked key is left out. */
export function keysInKnownHosts(
  doors: readonly Door[],
  { text, file }: { text: string; file: string },
): { found: FoundKey[]; problems: string[] } {
  const { lines, problems } = parseKnownHosts(text, file);
  const index = indexKnownHosts(lines);
  const revoked = new Set(lines.filter(({ marker }) => marker === 'revoked').map(hexOf));
  const found = doors.flatMap((door) => {
    const names = [door.address, canonicalAddress(door.address), ...door.otherNames];
    // The key of another port is the key of another server.
    const words = [...new Set(names.map((name) => wordOf(name, door.port)))];
    const own = words.flatMap((word) => index.linesFor(word));
    return [...new Set(own)]
      .filter((line) => line.marker === undefined && !revoked.has(hexOf(line)))
      .map(({ keyType, key, place }): FoundKey => ({ door, keyType, key, from: place }));
  });
  return { found, problems: problems.map(({ place, problem }) => `${place}: skipped: ${problem}`) };
}

const hexOf = ({ key }: Pick<KnownHostLine, 'key'>): string => key.toString('hex');

/** What becomes of the keys of one host. */
export interface HostKeys {
  door: Door;
  /** To be written. */
  added: FoundKey[];
  /** In the kit already. */
  known: FoundKey[];
  /** Why nothing is written for it. */
  conflict?: string;
}

/** The key types and keys that the kit has for a host. */
export type InKit = (door: Door) => readonly { keyType: string; key: Buffer; place: string }[];

/**
 * What is new, host by host. A key never takes the place of another: where the kit, or two sources, have different keys of
 * one type, nothing is written for that host.
 */
export function judge(doors: readonly Door[], found: readonly FoundKey[], inKit: InKit): HostKeys[] {
  const byDoor = new Map<Door, FoundKey[]>();
  for (const one of found) byDoor.set(one.door, [...(byDoor.get(one.door) ?? []), one]);
  return doors.map((door) => {
    const offered = byDoor.get(door) ?? [];
    const present = inKit(door);
    const added = new Map<string, FoundKey>();
    const known: FoundKey[] = [];
    for (const one of offered) {
      const same = present.filter(({ keyType }) => keyType === one.keyType);
      if (same.some(({ key }) => key.equals(one.key))) {
        known.push(one);
        continue;
      }
      const other = same[0] ?? added.get(one.keyType);
      if (other && !other.key.equals(one.key))
        return { door, added: [], known: [], conflict: conflictOf(one, other) };
      if (!added.has(one.keyType)) added.set(one.keyType, one);
    }
    return { door, added: [...added.values()], known };
  });
}

function conflictOf(one: FoundKey, other: { key: Buffer; place?: string; from?: string }): string {
  const shown = `${one.keyType} ${fingerprint(one.key)} (${one.from})`;
  return `${shown} is not the key of ${other.place ?? other.from}, ${fingerprint(other.key)}`;
}

/** The lines for the kit's known_hosts. */
export function linesFor(hosts: readonly HostKeys[], word: (door: Door) => string): string[] {
  return hosts.flatMap(({ door, added }) =>
    added.map(({ keyType, key, from }) => {
      const comment = `${door.name} from ${from}`.replace(/[^\x21-\x7e]+/g, ' ');
      return `${word(door)} ${keyType} ${key.toString('base64')} ${comment}`;
    }),
  );
}
