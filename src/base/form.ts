import { basename, dirname } from 'node:path';
import { isSea } from 'node:sea';

declare const __FIREAXE_FORM__: 'package' | 'file';
declare const __FIREAXE_RELEASE_KEY__: string;

/** In what form this program was distributed; `sources` where nothing bundled it. */
export type Form = 'package' | 'file' | 'executable' | 'sources';

export function form(): Form {
  if (isSea()) return 'executable';
  return typeof __FIREAXE_FORM__ === 'undefined' ? 'sources' : __FIREAXE_FORM__;
}

/** The public key of its release in PEM; empty in a development build. */
export const RELEASE_KEY: string =
  typeof __FIREAXE_RELEASE_KEY__ === 'undefined' ? '' : __FIREAXE_RELEASE_KEY__;

/** How this very program is started again. */
export function ownCommand(): string[] {
  return isSea() ? [process.execPath] : [process.execPath, process.argv[1] ?? ''];
}

/** The folder of a package's entry file, from that of any of its parts. */
export function entryFolder(folder: string): string {
  return basename(folder) === 'parts' ? dirname(folder) : folder;
}
