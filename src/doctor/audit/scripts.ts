import { constants } from 'node:fs';
import { access, open, realpath } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

const MOST_BYTES = 64 * 1024;
const MOST_SCRIPTS = 8;

/** The scripts and texts among the words of a command, and the scripts that they name by absolute paths. */
export async function scriptsOf(
  words: readonly string[],
  path: string,
): Promise<{ path: string; text: string }[]> {
  const found = new Map<string, string>();
  const next = [...words];
  for (let word = next.shift(); word !== undefined && found.size < MOST_SCRIPTS; word = next.shift()) {
    const named = words.includes(word);
    const file = await fileAt(word, path, named ? constants.R_OK : constants.X_OK);
    if (file === undefined || found.has(file)) continue;
    const text = await textOf(file, named);
    if (text === undefined) continue;
    found.set(file, text);
    next.push(...[...text.matchAll(/(?<![\w.:/-])\/[\w./+-]+/g)].map(([word]) => word));
  }
  return [...found].map(([path, text]) => ({ path, text }));
}

async function fileAt(word: string, path: string, mode: number): Promise<string | undefined> {
  if (word === '' || word.startsWith('-')) return undefined;
  const places = word.includes('/') ? [word] : path.split(':').map((directory) => join(directory, word));
  for (const place of places.filter(isAbsolute)) {
    const there = await access(place, mode).then(
      () => true,
      () => false,
    );
    if (there) return realpath(place).catch(() => undefined);
  }
  return undefined;
}

/** The beginning of a script, or of `any` text; undefined of another file. */
async function textOf(file: string, any: boolean): Promise<string | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (!handle) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    const text = buffer.subarray(0, bytesRead);
    const readable = text.subarray(0, 2).toString('latin1') === '#!' || (any && !text.includes(0));
    return readable ? text.toString('utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    await handle.close();
  }
}
