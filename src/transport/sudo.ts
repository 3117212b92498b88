import { muteReason } from './mute.ts';
import type { OutcomeReason } from './types.ts';
import { Unreached } from './unreached.ts';

/** Why sudo refused, from its stderr; undefined where it was not sudo. */
export function sudoReason(stderr: string, asked: boolean): OutcomeReason | undefined {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^fireaxe:\w+:password:/, '').trim())
    // A warning, common where DNS is broken.
    .filter((line) => !line.includes('unable to resolve host'));
  const line =
    lines.findLast((text) => text.startsWith('sudo:')) ??
    lines.find((text) => /not in the sudoers|not allowed to/.test(text));
  if (line === undefined) return undefined;
  const wrong = asked && /incorrect password|no password was provided|a password is required/.test(stderr);
  return {
    code: 'sudo',
    message: wrong ? 'sudo: wrong password' : `sudo refused: ${line}`,
    next: asked
      ? 'check the password and the sudo rules there, or log in as root'
      : 'add --sudo-password-stdin, let the login user sudo without a password there, or log in as root',
  };
}

/** Why the login exited before root's shell was heard. */
export function sudoRefused(said: {
  stderr: string;
  stdout: string;
  ended: string;
  asked: boolean;
}): Unreached {
  const line = `${said.stderr}\n${said.stdout}`.split('\n').find((text) => text.trim() !== '');
  const message = `the login ended (${said.ended}) before it ran the script${line ? `: ${line.trim()}` : ''}`;
  return new Unreached(
    muteReason(said.stderr) ?? sudoReason(said.stderr, said.asked) ?? { code: 'not-begun', message },
  );
}
