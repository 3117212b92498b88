import { FireaxeError } from '../../base/errors.ts';
import { canonicalAddress } from '../../fleet/canonical-address.ts';
import { readText } from '../../kit/read-text.ts';
import type { Revocations } from '../certificate/krl.ts';
import { certifiedType } from '../certificate/parse.ts';
import { judgeCertificate } from './certified.ts';
import type { HostKeyCheck, HostKeyVerdict } from './check.ts';
import { fingerprint } from './fingerprint.ts';
import { indexKnownHosts, type KnownHostsIndex } from './index-by-host.ts';
import type { KnownHostLine, KnownHostProblem } from './line.ts';
import { innerType, parseKnownHosts } from './line.ts';
import { loadRevocations } from './revoked.ts';

/** What is on record for a host before it is asked. */
export interface HostRecord {
  /** Key types on record, without revoked ones. */
  keyTypes: string[];
  /** A certificate authority may vouch for it. */
  authority: boolean;
}

export interface KnownHosts {
  check(address: string, port: number, key: Buffer): HostKeyCheck;
  record(address: string, port: number): HostRecord;
  /** Lines that were skipped. */
  problems: KnownHostProblem[];
}

type SkippedLine = KnownHostProblem & Pick<KnownHostLine, 'hosts'>;

/** Reads known_hosts files; the rules are those of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. */
export async function loadKnownHosts(files: readonly string[], revoked?: string): Promise<KnownHosts> {
  const texts = await Promise.all(
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
  );
  if (revoked === undefined) return createKnownHosts(texts);
  return createKnownHosts(texts, { file: revoked, revocations: await loadRevocations(revoked) });
}

export function createKnownHosts(
  texts: readonly { file: string; text: string }[],
  list?: { file: string; revocations: Revocations },
  now: () => number = Date.now,
): KnownHosts {
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

  /** Lines of markers hold by the bare address too, whatever stands by the port. */
  function markedFor(address: string, port: number): readonly KnownHostLine[] {
    const { lines, exact } = linesFor(address, port);
    const all = port === 22 || !exact ? lines : [...new Set([...lines, ...named(index, address)])];
    return all.filter((line) => line.marker !== undefined);
  }

  function check(address: string, port: number, key: Buffer): HostKeyCheck {
    if (certifiedType(innerType(key) ?? '') === undefined) return checkPlain(address, port, key);
    const names = [...new Set([address.toLowerCase(), canonicalAddress(address)])];
    const lines = markedFor(address, port);
    const plain = (bare: Buffer) => checkPlain(address, port, bare);
    return judgeCertificate(key, { names, lines, list, nowMs: now(), plain });
  }

  function checkPlain(address: string, port: number, key: Buffer): HostKeyCheck {
    const { lines, exact } = linesFor(address, port);
    const shown = `${innerType(key) ?? 'key'} ${fingerprint(key)}`;
    const say = (verdict: HostKeyVerdict, by: readonly { place: string }[]): HostKeyCheck => ({
      verdict,
      shown,
      places: by.map((line) => line.place),
      skipped: verdict === 'match' ? [] : skippedFor(address, port),
    });
    if (list?.revocations.revokesKey(key)) return say('revoked', [{ place: list.file }]);
    const revoked = lines.filter((line) => line.marker === 'revoked' && line.key.equals(key));
    if (revoked.length > 0) return say('revoked', revoked);
    const plain = lines.filter((line) => line.marker === undefined);
    const same = plain.filter((line) => line.key.equals(key));
    if (same.length > 0) return say('match', same);
    return plain.length > 0 && exact ? say('changed', plain) : say('unknown', []);
  }

  function record(address: string, port: number): HostRecord {
    const plain = linesFor(address, port).lines.filter((line) => line.marker === undefined);
    return {
      keyTypes: [...new Set(plain.map((line) => line.keyType))],
      authority: markedFor(address, port).some((line) => line.marker === 'cert-authority'),
    };
  }

  return { check, record, problems };
}
