import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { FireaxeError, usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { systemWords } from '../base/system-error.ts';
import type { Kit } from '../kit/types.ts';
import { SHIPPED } from './shipped.ts';

/** Any other word is a name. */
export const isPath = (word: string): boolean => /[/.]/.test(word);

const LIST = 'fireaxe playbooks list';

export interface PlaybookText {
  text: string;
  /** As errors name it. */
  file: string;
  /** The same for the same playbook, however it was named. */
  key: string;
}

/** The text of a playbook by name (the kit's before the shipped ones) or by path. */
export async function playbookText(nameOrPath: string, kit: Pick<Kit, 'playbooks'>): Promise<PlaybookText> {
  if (isPath(nameOrPath)) return ofFile(nameOrPath);
  const own = kit.playbooks[nameOrPath];
  if (own) return ofFile(own);
  const shipped = SHIPPED[nameOrPath];
  if (shipped !== undefined)
    return { text: shipped, file: `${nameOrPath}.yaml`, key: `built in: ${nameOrPath}` };
  const known = [...new Set([...Object.keys(kit.playbooks), ...Object.keys(SHIPPED)])].sort();
  const meant = nearest(nameOrPath, known);
  throw usage(`no playbook ${nameOrPath}`, {
    place: 'PLAYBOOK',
    expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}, or a path to a YAML file`,
    next: LIST,
  });
}

/** The same for a playbook that another file includes: a path is relative to that file, and mistakes are at the include. */
export async function includedText(
  nameOrPath: string,
  kit: Pick<Kit, 'playbooks'>,
  { file, place }: { file: string; place: string },
): Promise<PlaybookText> {
  const relative = isPath(nameOrPath) && !isAbsolute(nameOrPath);
  try {
    return await playbookText(relative ? join(dirname(file), nameOrPath) : nameOrPath, kit);
  } catch (error) {
    if (!(error instanceof FireaxeError)) throw error;
    throw new FireaxeError(error.kind, `cannot include ${nameOrPath}: ${error.message}`, {
      place,
      cause: error,
      expected: isPath(nameOrPath) ? 'a path relative to this file' : (error.expected ?? 'a playbook'),
    });
  }
}

const ofFile = async (file: string): Promise<PlaybookText> => ({
  text: await read(file),
  file,
  key: resolve(file),
});

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw usage(`cannot read the playbook: ${systemWords(cause)}`, {
      place: path,
      cause,
      expected: 'the name of a playbook, or a path to a file that can be read',
      next: LIST,
    });
  });
}
