import type { Certificate } from './parse.ts';
import { WEAK } from './signature.ts';

/** Why a host's certificate does not vouch for it under this name, by the rules of ssh; undefined where it does. */
export function hostCertificateFault(
  certificate: Certificate,
  names: readonly string[],
  nowMs: number,
): string | undefined {
  const { role, principals, critical, signedWith } = certificate;
  if (role !== 'host') return 'it is not for hosts, but for users';
  const outside = outsideValidity(certificate, nowMs);
  if (outside) return outside;
  // Older versions of ssh took this as valid for every host.
  if (principals.length === 0) return 'it names no host';
  // As a whole: ssh takes no patterns here.
  if (!names.some((name) => principals.includes(name)))
    return `it is for ${listed(principals)}, not for ${names[0]}`;
  if (critical.length > 0) return `it has critical options that are not supported: ${listed(critical)}`;
  if (signedWith === WEAK) return 'its authority signed it with SHA-1 (ssh-rsa)';
  return undefined;
}

/** Whether it is not yet valid, or has run out. */
export function outsideValidity(
  { validAfter, validBefore }: Pick<Certificate, 'validAfter' | 'validBefore'>,
  nowMs: number,
): string | undefined {
  const now = BigInt(Math.floor(nowMs / 1000));
  // A wrong clock is a usual cause.
  const here = `(the clock here: ${moment(now)})`;
  if (now < validAfter) return `it is not valid before ${moment(validAfter)} ${here}`;
  if (now >= validBefore) return `it expired at ${moment(validBefore)} ${here}`;
  return undefined;
}

const LAST_MOMENT = 8_640_000_000_000n;

export function moment(seconds: bigint): string {
  if (seconds > LAST_MOMENT) return 'the end of time';
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => name.slice(0, 80).replace(/[^\x20-\x7e]/g, '?'));
  return `${shown.join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
}
