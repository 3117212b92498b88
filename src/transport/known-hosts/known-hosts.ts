import { createHash } from 'node:crypto';
import { FireaxeError } from '../../base/errors.ts';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import { readText } from '../../kit/read-text.ts';
import { indexKnownHosts, type KnownHostsIndex } from './index-by-host.ts';
import type { KnownHostLine, KnownHostProblem } from './line.ts';
import { innerType, parseKnownHosts } from './line.ts';

export type HostKeyVerdict = 'match' | 'unknown' | 'changed' | 'revoked';

export interface HostKeyCheck {
  verdict: HostKeyVerdict;
  /** `ssh-ed25519 SHA256:…` of the key that was shown. */
  shown: string;
  /** file:line of what decided. */
  places: string[];
  /** Lines about this host that were skipped: one of them may have been its key. */
  skipped: KnownHostProblem[];
}

/** What is on record for a host before it is asked. */
export interface HostRecord {
  /** Key types on record, without revoked ones. */
  keyTypes: string[];
  /** Only a certificate authority vouches for it. */
  certAuthorityOnly: boolean;
}

export interface KnownHosts {
  check(address: string, port: number, key: Buffer): HostKeyCheck;
  record(address: string, port: number): HostRecord;
  /** Lines that were skipped. */
  problems: KnownHostProblem[];
}

type SkippedLine = KnownHostProblem & Pick<KnownHostLine, 'hosts'>;

/** Reads known_hosts files; the rules are those of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export async function loadKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  return createKnownHosts(
    await Promise.all(
      files.map(async (file) => {
        try {
          return { file, text: await readText(file) };
        } catch (cause) {
          throw new FireaxeError('usage', 'cannot read the host keys', {
            place: file,
            expected: 'a known_hosts file',
            cause,
          });
        }
      }),
    ),
  );
}

export function createKnownHosts(texts: readonly { file: string; text: string }[]): KnownHosts {
  const parsed = texts.map(({ file, text }) => parseKnownHosts(text, file));
  const index = indexKnownHosts(parsed.flatMap((file) => file.lines));
  const problems = parsed.flatMap((file) => file.problems);
  const skippedOf = indexKnownHosts(problems.filter((one) => one.hosts !== undefined) as SkippedLine[]);

  /** An IPv6 address has many spellings, and a line may have the one of the fleet. */
  function named<L>(from: KnownHostsIndex<L>, address: string, name = (one: string) => one): readonly L[] {
    const canonical = canonicalAddress(address);
    const lines = from.linesFor(name(address));
    return canonical === address ? lines : [...new Set([...lines, ...from.linesFor(name(canonical))])];
  }

  /** As OpenSSH: a host on another port is looked up by its bare address too when no key stands by its port. */
  function linesFor(address: string, port: number): { lines: readonly KnownHostLine[]; exact: boolean } {
    const bare = () => named(index, address);
    if (port === 22) return { lines: bare(), exact: true };
    const lines = named(index, address, (one) => `[${one}]:${port}`);
    if (lines.some((line) => line.marker === undefined)) return { lines, exact: true };
    return { lines: [...new Set([...lines, ...bare()])], exact: false };
  }

  function skippedFor(address: string, port: number): KnownHostProblem[] {
    const withPort = port === 22 ? [] : named(skippedOf, address, (one) => `[${one}]:${port}`);
    return [...new Set([...withPort, ...named(skippedOf, address)])];
  }

  function check(address: string, port: number, key: Buffer): HostKeyCheck {
    const { lines, exact } = linesFor(address, port);
    const shown = `${innerType(key) ?? 'key'} ${fingerprint(key)}`;
    const say = (verdict: HostKeyVerdict, by: readonly KnownHostLine[]): HostKeyCheck => ({
      verdict,
      shown,
      places: by.map((line) => line.place),
      skipped: verdict === 'match' ? [] : skippedFor(address, port),
    });
    const revoked = lines.filter((line) => line.marker === 'revoked' && line.key.equals(key));
    if (revoked.length > 0) return say('revoked', revoked);
    const plain = lines.filter((line) => line.marker === undefined);
    const same = plain.filter((line) => line.key.equals(key));
    if (same.length > 0) return say('match', same);
    return plain.length > 0 && exact ? say('changed', plain) : say('unknown', []);
  }

  function record(address: string, port: number): HostRecord {
    const { lines } = linesFor(address, port);
    const plain = lines.filter((line) => line.marker === undefined);
    return {
      keyTypes: [...new Set(plain.map((line) => line.keyType))],
      certAuthorityOnly: plain.length === 0 && lines.some((line) => line.marker === 'cert-authority'),
    };
  }

  return { check, record, problems };
}

/** As `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
