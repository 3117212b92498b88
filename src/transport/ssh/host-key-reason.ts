import { quote } from '../../base/quote.ts';
import type { HostKeyCheck } from '../known-hosts/check.ts';
import type { KnownHosts } from '../known-hosts/known-hosts.ts';
import { Unreached } from '../unreached.ts';
import { canCheck } from './algorithms.ts';
import { type Endpoint, placeOf, recordedAs } from './phase.ts';

/** The host key did not pass the check: nothing was sent. */
export function hostKeyReason(
  to: Endpoint,
  check: HostKeyCheck,
  { knownHosts, knownHostsFile }: { knownHosts: KnownHosts; knownHostsFile: string },
): Unreached {
  const place = to.port === 22 ? to.address : `[${to.address}]:${to.port}`;
  const name = to.hostKeyAlias === undefined ? place : `${to.hostKeyAlias} (${place})`;
  const at = check.places.length > 0 ? ` (${check.places.join(', ')})` : '';
  const scan = `ssh-keyscan -p ${to.port} ${to.address}`;
  const add =
    to.hostKeyAlias === undefined
      ? `then: ${scan} >> ${quote(knownHostsFile)}`
      : `then add it to ${quote(knownHostsFile)} under the name ${to.hostKeyAlias} (${scan})`;
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
    case 'certificate':
      return new Unreached({
        code: 'host-cert',
        message: `${name} shows ${check.shown}${at}: ${check.fault}`,
        next: `renew its certificate on the host, or correct known_hosts; to read it: ${scan.replace('ssh-keyscan', 'ssh-keyscan -c')} | ssh-keygen -Lf -`,
      });
    default:
      if (vouched(to, knownHosts))
        return new Unreached({
          code: 'host-cert',
          message: `${name} shows no certificate, but ${check.shown}; known_hosts has only an authority for it`,
          next: `set HostCertificate in its sshd_config; or ${compareFingerprint}, ${add}`,
        });
      return new Unreached({
        code: 'host-key-unknown',
        message: `known_hosts has no key of ${name}; it shows ${check.shown}${skipped(check, knownHosts)}`,
        next: `${compareFingerprint}, ${add}`,
      });
  }
}

export const compareFingerprint = 'compare the fingerprint over another channel';

/** Only an authority vouches for the host. */
function vouched(to: Endpoint, knownHosts: KnownHosts): boolean {
  const { authority, keyTypes } = knownHosts.record(...recordedAs(to));
  return authority && keyTypes.length === 0;
}

/** A line with a mistake may hold this host's key: lines that name the host come first. */
function skipped({ skipped: own }: HostKeyCheck, { problems: all }: KnownHosts): string {
  const problems = [...new Set([...own, ...all])];
  const [first] = problems;
  if (!first) return '';
  const more = problems.length > 1 ? ` and ${problems.length - 1} more` : '';
  return ` (skipped: ${first.place}, ${first.problem}${more})`;
}

/** Throws where known_hosts has nothing for the host that can be checked: nothing is connected then. */
export function refuseUncheckable(to: Endpoint, knownHosts: KnownHosts): void {
  const record = knownHosts.record(...recordedAs(to));
  if (record.keyTypes.length === 0 || canCheck(record)) return;
  throw new Unreached({
    code: 'host-cert',
    message: `known_hosts has only keys of type ${record.keyTypes.join(', ')} for ${placeOf(to)}`,
    next: 'use --via openssh, which can check them',
  });
}
