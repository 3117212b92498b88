import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { quote } from '../../base/quote.ts';
import type { Ssh2 } from './ssh2.ts';
import { loadSsh2 } from './ssh2.ts';

export interface Unusable {
  message: string;
  next: string;
  /** The system's ssh may be able to use it. */
  elsewhere: boolean;
}

/** Why a key file that was read, and is not merely locked, cannot be used: of another form, or damaged. */
export function whyUnusable(path: string, bytes: Buffer, problem: string): Unusable {
  const text = bytes.toString('latin1');
  const not = (what: string, next: string, elsewhere: boolean): Unusable => ({
    message: `not a private key that can be used: ${path} (${what})`,
    next,
    elsewhere,
  });
  if (/BEGIN (ENCRYPTED )?PRIVATE KEY/.test(text) && readable(bytes))
    return not(problem, `write it in OpenSSH's own form: ssh-keygen -p -f ${quote(path)}`, true);
  if (/BEGIN [A-Z ]*PRIVATE KEY/.test(text) && !/^Unsupported key type/i.test(problem))
    return not(
      'it is damaged, as by pasting',
      `copy it again, byte for byte; to check it: ssh-keygen -y -f ${quote(path)}`,
      false,
    );
  if (text.trim() === '') return not('it is empty', 'copy it again into the kit', false);
  return not(
    problem,
    `a FIDO key works from the agent: ssh-add ${quote(path)}; a certificate is named by ssh.certificate in kit.yaml`,
    true,
  );
}

/** Why no SSH of this machine can use a key file: it cannot be read, or is damaged. Locked keys are another matter. */
export async function brokenKey(path: string): Promise<Unusable | undefined> {
  const why = await unusableKey(path);
  return why?.elsewhere ? undefined : why;
}

/** The same of a key file that Fireaxe itself cannot use. */
export async function unusableKey(path: string): Promise<Unusable | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return cannotRead(path, error as Error);
  }
  const parsed = parseKey(await loadSsh2(), bytes);
  if (!(parsed instanceof Error) || /encrypted/i.test(parsed.message)) return undefined;
  return whyUnusable(path, bytes, parsed.message);
}

export function cannotRead(path: string, error: Error): Unusable {
  const message = `cannot read the private key ${path}: ${error.message}`;
  return { message, next: `ls -l ${quote(path)}`, elsewhere: false };
}

export function parseKey(ssh2: Ssh2, bytes: Buffer, passphrase?: string) {
  const parsed = ssh2.utils.parseKey(bytes, passphrase);
  return Array.isArray(parsed) ? parsed[0]! : parsed;
}

/** Locked, it is whole as far as can be told. */
function readable(bytes: Buffer): boolean {
  try {
    createPrivateKey(bytes);
    return true;
  } catch (error) {
    return /passphrase|interrupted|cancelled/i.test((error as Error).message);
  }
}
