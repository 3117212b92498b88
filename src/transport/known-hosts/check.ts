import type { KnownHostProblem } from './line.ts';

export type HostKeyVerdict = 'match' | 'unknown' | 'changed' | 'revoked' | 'certificate';

export interface HostKeyCheck {
  verdict: HostKeyVerdict;
  /** `ssh-ed25519 SHA256:…` of the key that was shown. */
  shown: string;
  /** file:line of what decided. */
  places: string[];
  /** Lines about this host that were skipped: one of them may have been its key. */
  skipped: KnownHostProblem[];
  /** The host shows a certificate, and this is the key in it; absent where it cannot be read. */
  certified?: Buffer;
  /** Why its certificate does not vouch for it. */
  fault?: string;
}
