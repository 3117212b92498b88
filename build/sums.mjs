// Sums of files in the form of sha256sum, and their signatures; src/cli/own-files checks them.
import { createHash, sign } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lineOf = (bytes, name) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;

/** Writes SHA256SUMS of these files of a folder, and its signature beside it. */
export function writeSums({ folder, names, into = folder, privateKey }) {
  const text = [...names]
    .sort()
    .map((name) => lineOf(readFileSync(join(folder, name)), name))
    .join('');
  writeFileSync(join(into, 'SHA256SUMS'), text);
  if (privateKey) writeFileSync(join(into, 'SHA256SUMS.sig'), sign(null, Buffer.from(text), privateKey));
}

/** Signs a file that is carried alone: its last line has the signature of its sum. */
export function signFile({ path, name, privateKey }) {
  if (!privateKey) return;
  const signature = sign(null, Buffer.from(lineOf(readFileSync(path), name)), privateKey);
  appendFileSync(path, `\n//# fireaxe-signed ${name} ${signature.toString('base64')}\n`);
}

export const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
