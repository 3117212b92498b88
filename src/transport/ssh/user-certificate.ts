import { readFile } from 'node:fs/promises';
import { outsideValidity } from '../certificate/judge.ts';
import { type Certificate, readCertificate } from '../certificate/parse.ts';
import { Malformed } from '../certificate/reader.ts';

/** A certificate to log in with, and the file that it is in. */
export interface UserCertificate {
  file: string;
  certificate: Certificate;
  /** As it goes over the wire. */
  blob: Buffer;
}

/** Where ssh looks for the certificate of a key: `id-cert.pub` beside `id` or `id.pub`. */
export function certificateBeside(identity: string): string {
  return `${identity.replace(/\.pub$/, '')}-cert.pub`;
}

/** The certificate in a file, what is wrong with it, or undefined where there is no such file. */
export async function readUserCertificate(file: string): Promise<UserCertificate | string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return (error as Error).message;
  }
  const blob = Buffer.from(text.trim().split(/\s+/)[1] ?? '', 'base64');
  try {
    const certificate = readCertificate(blob);
    return certificate.role === 'user' ? { file, certificate, blob } : 'it is not for users, but for hosts';
  } catch (error) {
    if (error instanceof Malformed) return error.message;
    throw error;
  }
}

/** Why a server would refuse it now, as far as this machine can tell. */
export function refusedNow(
  { certificate }: Pick<UserCertificate, 'certificate'>,
  user: string,
  nowMs: number,
): string | undefined {
  const { principals } = certificate;
  const outside = outsideValidity(certificate, nowMs);
  if (outside !== undefined || principals.length === 0 || principals.includes(user)) return outside;
  return `it is for ${principals.slice(0, 5).join(', ')}, not for ${user}`;
}
