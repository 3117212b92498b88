import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { entryFolder, type Form, form } from '../form.ts';
import { isSigned, readSums, readTrailer, TRAILER_BYTES } from './sums.ts';

export interface OwnFiles {
  state: 'intact' | 'changed' | 'unsigned';
  /** The folder of a package, or the one file. */
  place: string;
  /** How many were compared. */
  files: number;
  /** What differs, in words. */
  problems: string[];
}

/** Where this program's own files are. */
export function ownPlace(of: Form = form()): string {
  if (of === 'executable') return process.execPath;
  if (of === 'file') return fileURLToPath(import.meta.url);
  return dirname(entryFolder(import.meta.dirname));
}

/** Compares the files of this program with their sums, and these with the signature of the key. */
export async function checkOwnFiles(place: string, of: Form, publicKey: string): Promise<OwnFiles> {
  if (publicKey === '' || of === 'sources') return { state: 'unsigned', place, files: 0, problems: [] };
  return of === 'package' ? checkPackage(place, publicKey) : checkFile(place, publicKey);
}

/** What a package loads its code from: nothing else may be there. */
const CODE = ['bin', 'dist'];
const SUMS = ['dist/SHA256SUMS', 'dist/SHA256SUMS.sig'];

async function checkPackage(place: string, publicKey: string): Promise<OwnFiles> {
  const [text, signature] = await Promise.all(SUMS.map((name) => readFile(join(place, name)).catch(absent)));
  if (!text || !signature) return { state: 'unsigned', place, files: 0, problems: [] };
  if (!isSigned(text.toString(), signature, publicKey)) return wrongSignature(place);
  const sums = readSums(text.toString());
  const changed = await Promise.all(
    [...sums].map(async ([name, sum]) => {
      const found = await sumOf(join(place, name)).catch(absent);
      if (found === undefined) return `${name} is missing`;
      return found === sum ? undefined : `${name} was changed`;
    }),
  );
  const code = await Promise.all(CODE.map((folder) => filesIn(join(place, folder))));
  const added = code
    .flat()
    .map((path) => relative(place, path).replaceAll('\\', '/'))
    .filter((name) => !sums.has(name) && !SUMS.includes(name))
    .map((name) => `${name} does not belong to this release`);
  return told(place, sums.size, [...changed.filter((problem) => problem !== undefined), ...added]);
}

async function checkFile(place: string, publicKey: string): Promise<OwnFiles> {
  const file = await open(place);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TRAILER_BYTES);
    const end = Buffer.alloc(length);
    await file.read(end, 0, length, size - length);
    const trailer = readTrailer(end, size);
    if (!trailer) return { state: 'unsigned', place, files: 0, problems: [] };
    const line = `${await sumOf(place, trailer.length)}  ${trailer.name}\n`;
    // What was changed, the file or its signature, cannot be told apart.
    return isSigned(line, trailer.signature, publicKey) ? told(place, 1, []) : wrongSignature(place);
  } finally {
    await file.close();
  }
}

const told = (place: string, files: number, problems: string[]): OwnFiles => ({
  state: problems.length === 0 ? 'intact' : 'changed',
  place,
  files,
  problems: problems.sort(),
});

const wrongSignature = (place: string): OwnFiles => ({
  state: 'changed',
  place,
  files: 0,
  problems: ['the signature does not match'],
});

async function sumOf(path: string, bytes = Number.POSITIVE_INFINITY): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: bytes - 1 }), hash);
  return hash.digest('hex');
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
