import { quote } from '../../base/quote.ts';
import type { HostKeyCheck, KnownHosts } from '../known-hosts/known-hosts.ts';
import { Unreached } from '../unreached.ts';
import { canCheck } from './algorithms.ts';
import { type Endpoint, placeOf } from './phase.ts';

/** The host key did not pass the check: nothing was sent. */
export function hostKeyReason(
  to: Endpoint,
  check: HostKeyCheck,
  { knownHosts, knownHostsFile }: { knownHosts: KnownHosts; knownHostsFile: string },
): Unreached {
  const name = to.port === 22 ? to.address : `[${to.address}]:${to.port}`;
  const at = check.places.length > 0 ? ` (${check.places.join(', ')})` : '';
  const scan = `ssh-keyscan -p ${to.port} ${to.address}`;
  switch (check.verdict) {
    case 'revoked':
      return new Unreached({
        code: 'host-key-revoked',
        message: `${name} shows a revoked key ${check.shown}${at}`,
        next: 'do not connect; find out who answers there',
      });
    case 'changed':
      return new Unreached({
        code: 'host-key-changed',
        message: `${name} shows ${check.shown}, known_hosts has another key${at}`,
        next: `if the machine was replaced, ${compareFingerprint}, then correct the line (${scan})`,
      });
    default:
      return new Unreached({
        code: 'host-key-unknown',
        message: `known_hosts has no key of ${name}; it shows ${check.shown}${skipped(check, knownHosts)}`,
        next: `${compareFingerprint}, then: ${scan} >> ${quote(knownHostsFile)}`,
      });
  }
}

export const compareFingerprint = 'compare the fingerprint over another channel';

/** A line with a mistake may hold this host's key: lines that name the host come first. */
function skipped({ skipped: own }: HostKeyCheck, { problems: all }: KnownHosts): string {
  const problems = [...new Set([...own, ...all])];
  const [first] = problems;
  if (!first) return '';
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  return ` (skipped: ${first.place}, ${first.problem}${more})`;
}

/** Throws where known_hosts has nothing for the host that ssh2 can check: nothing is connected then. */
export function refuseUncheckable(to: Endpoint, knownHosts: KnownHosts): void {
  const record = knownHosts.record(to.address, to.port);
  const uncheckable = record.keyTypes.length > 0 && !canCheck(record);
  if (!record.certAuthorityOnly && !uncheckable) return;
  throw new Unreached({
    code: 'host-cert',
    message: record.certAuthorityOnly
      ? `known_hosts has only a certificate authority for ${placeOf(to)}`
      : `known_hosts has only keys of type ${record.keyTypes.join(', ')} for ${placeOf(to)}`,
    next: 'use --via openssh, which can check them',
  });
}
