import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { FireaxeError } from '../base/errors.ts';
import { home } from './home.ts';

/** Relative names are within the kit; `~/` and absolute ones are used as they are. */
export function inKit(path: string, name: string): string {
  if (name.startsWith('~/')) return join(home(), name.slice(2));
  return isAbsolute(name) ? name : join(path, name);
}

export async function existing(file: string): Promise<string | undefined> {
  return (await stat(file).catch(() => undefined)) ? file : undefined;
}

export function missing(name: string, place: string): FireaxeError {
  return new FireaxeError('credentials', `${name} does not exist`, {
    place,
    next: 'put the file into the kit, or correct its name',
  });
}
