import { canonicalAddress } from '../fleet/canonical-address.ts';
import { readText } from '../kit/read-text.ts';
import { indexKnownHosts } from '../transport/known-hosts/index-by-host.ts';
import { parseKnownHosts } from '../transport/known-hosts/line.ts';
import { recordOf, wordOf } from './doors.ts';
import type { InKit } from './gather.ts';

/** The keys that known_hosts files of the kit have for a host, without authorities and revoked keys. */
export async function inKitOf(files: readonly string[]): Promise<InKit> {
  const lines = (
    await Promise.all(files.map(async (file) => parseKnownHosts(await readText(file), file).lines))
  ).flat();
  const index = indexKnownHosts(lines);
  return (door) => {
    const [host, port] = recordOf(door);
    const words = [...new Set([host, canonicalAddress(host)])].map((one) => wordOf(one, port));
    return words.flatMap((word) => index.linesFor(word)).filter(({ marker }) => marker === undefined);
  };
}
