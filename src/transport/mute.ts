import { quote } from '../base/quote.ts';
import type { OutcomeReason } from './types.ts';

/** EX_IOERR of sysexits.h. */
const MUTE_EXIT = 74;

const muteLine = (nonce: string) => `fireaxe:${nonce}:mute`;

/**
 * Shell that prints a first line, or exits at once: a login whose start-up file has closed its standard output, or sent
 * it to a file, would run a script whose result is lost. `word` is printf's arguments.
 */
export function sayOrEnd(nonce: string, word: string): string {
  // Without an exclamation mark, which a C shell would take for its own.
  return [
    'FX_SAID=',
    `[ -c /dev/fd/1 ] || [ -f /dev/fd/1 ] || { printf ${word} && FX_SAID=1; }`,
    `[ -n "$FX_SAID" ] || { printf '%s\\n' ${quote(muteLine(nonce))} >&2; exit ${MUTE_EXIT}; }`,
  ].join('; ');
}

/** Why a login exited before it ran anything: its output would have been lost. */
export function muteReason(stderr: string): OutcomeReason | undefined {
  if (!/^fireaxe:\w+:mute$/m.test(stderr)) return undefined;
  return {
    code: 'stdout-closed',
    message:
      "the login's standard output is closed, or goes to a file: its output would be lost, so nothing was run",
    next: "look for exec >&- or exec >FILE in the login's start-up files (.bashrc, .profile, /etc/profile.d)",
  };
}
