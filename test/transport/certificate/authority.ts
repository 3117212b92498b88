import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Signs a public key with an authority's private key, as ssh-keygen does; returns the certificate's file. */
export function signKey(authority: string, publicLine: string, file: string, ...options: string[]): string {
  writeFileSync(`${file}.pub`, `${publicLine}\n`);
  execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', ...options, `${file}.pub`]);
  return `${file}-cert.pub`;
}

/** The bytes of a public key or certificate file. */
export function blobOf(file: string): Buffer {
  return Buffer.from(readFileSync(file, 'utf8').split(' ')[1]!, 'base64');
}
