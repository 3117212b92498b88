import { readFile, stat } from 'node:fs/promises';
import { usage } from '../base/errors.ts';

/** A file's text without its byte order mark. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(await mustBeFile(file));
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    throw usage('the file is UTF-16', { place: file, expected: 'UTF-8' });
  const text = bytes.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** Reading a pipe instead of a file could wait without end. */
export async function mustBeFile(file: string): Promise<string> {
  const found = await stat(file);
  if (found.isFile()) return file;
  const what = found.isDirectory() ? 'a directory' : 'a pipe or a device';
  throw usage(`not a file: ${what}`, { place: file, expected: 'a file' });
}
