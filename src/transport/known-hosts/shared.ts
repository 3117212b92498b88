import type { KnownHosts } from './known-hosts.ts';

export type ReadKnownHosts = (files: readonly string[], revoked?: string) => Promise<KnownHosts>;

/**
 * Reads known_hosts files, and the same ones only once in a row: clusters without host keys of their own share those of the
 * kit. Only the last ones are kept, since hundreds of clusters may have their own.
 */
export function sharedKnownHosts(read: ReadKnownHosts = readNow): ReadKnownHosts {
  let last: { key: string; hosts: Promise<KnownHosts> } | undefined;
  return (files, revoked) => {
    const key = JSON.stringify([files, revoked]);
    if (last?.key !== key) last = { key, hosts: read(files, revoked) };
    return last.hosts;
  };
}

const readNow: ReadKnownHosts = async (files, revoked) =>
  (await import('./known-hosts.ts')).loadKnownHosts(files, revoked);
