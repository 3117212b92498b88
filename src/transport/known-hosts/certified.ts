import { hostCertificateFault } from '../certificate/judge.ts';
import type { Revocations } from '../certificate/krl.ts';
import { type Certificate, readCertificate } from '../certificate/parse.ts';
import { Malformed } from '../certificate/reader.ts';
import type { HostKeyCheck } from './check.ts';
import { fingerprint } from './fingerprint.ts';
import { innerType, type KnownHostLine } from './line.ts';

export interface CertificateRules {
  /** The address of the host in its spellings: what the certificate must name. */
  names: readonly string[];
  /** `@cert-authority` and `@revoked` lines about it. */
  lines: readonly KnownHostLine[];
  list?: { file: string; revocations: Revocations } | undefined;
  nowMs: number;
  /** The check of a key without a certificate. */
  plain(key: Buffer): HostKeyCheck;
}

/** As ssh: revoked is revoked, then the authority decides, and a host without a good one counts by its plain key. */
export function judgeCertificate(blob: Buffer, rules: CertificateRules): HostKeyCheck {
  const type = innerType(blob);
  const refused = (fault: string): HostKeyCheck => ({
    verdict: 'certificate',
    shown: `a certificate (${type})`,
    places: [],
    skipped: [],
    fault,
  });
  let certificate: Certificate;
  try {
    certificate = readCertificate(blob);
  } catch (error) {
    if (error instanceof Malformed) return refused(error.message);
    throw error;
  }
  const { key, authority, keyId } = certificate;
  const certified = key.blob;
  const by = `authority ${authority.type} ${fingerprint(authority.blob)}`;
  const shown = `the certificate ${JSON.stringify(keyId.slice(0, 100))} of ${by}`;
  const say = (verdict: 'match' | 'revoked', places: string[]): HostKeyCheck => ({
    verdict,
    shown,
    places,
    skipped: [],
    certified,
  });

  const revoked = revokedBy(certificate, rules);
  if (revoked.length > 0) return say('revoked', revoked);
  const vouching = rules.lines.filter(
    (line) => line.marker === 'cert-authority' && line.key.equals(authority.blob),
  );
  const places = vouching.map((line) => line.place);
  const fault =
    vouching.length === 0
      ? 'known_hosts does not have its authority for this host'
      : hostCertificateFault(certificate, rules.names, rules.nowMs);
  if (fault === undefined) return say('match', places);
  const plain = rules.plain(certified);
  if (plain.verdict === 'match' || plain.verdict === 'revoked') return { ...plain, certified };
  return { ...refused(fault), shown, places, certified };
}

function revokedBy(certificate: Certificate, { lines, list }: CertificateRules): string[] {
  const keys = [certificate.key.blob, certificate.authority.blob];
  const places = lines
    .filter((line) => line.marker === 'revoked' && keys.some((key) => line.key.equals(key)))
    .map((line) => line.place);
  const listed =
    list &&
    (keys.some((key) => list.revocations.revokesKey(key)) ||
      list.revocations.revokesCertificate(certificate));
  return listed ? [...places, list.file] : places;
}
