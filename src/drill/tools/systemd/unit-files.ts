import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { parseUnitText, type UnitText } from './unit-text.ts';

/** A unit as its file says. */
export interface LoadedUnit {
  loadState: 'loaded' | 'masked' | 'not-found';
  /** Real path: scripts may copy the file. */
  fragmentPath: string;
  text: UnitText;
}

export type UnitFileState =
  | ''
  | 'enabled'
  | 'disabled'
  | 'static'
  | 'masked'
  | 'masked-runtime'
  | 'transient';

/** systemd's own order: the first that has the unit wins. */
const FOLDERS = [
  'etc/systemd/system.control',
  'run/systemd/system.control',
  'run/systemd/transient',
  'etc/systemd/system',
  'run/systemd/system',
  'usr/lib/systemd/system',
];
const WANTS = 'etc/systemd/system/multi-user.target.wants';

/** The unit files of one machine, read where systemd reads them. */
export interface UnitFiles {
  load(name: string): LoadedUnit;
  state(name: string): UnitFileState;
  names(): string[];
  /** Where a mask stands, or why it cannot. */
  mask(name: string, runtime: boolean): { path: string } | { problem: string };
  /** Paths that were removed. */
  unmask(name: string, runtime: boolean): string[];
  setEnabled(name: string, enabled: boolean): { path: string; changed: boolean };
  install(name: string, text: string): void;
  writeTransient(name: string, text: string): void;
  removeTransient(name: string): void;
}

export function createUnitFiles(root: string): UnitFiles {
  const at = (folder: string, name: string) => join(root, folder, name);
  const find = (name: string) => FOLDERS.map((folder) => at(folder, name)).find(present);
  const wants = (name: string) => at(WANTS, name);

  function load(name: string): LoadedUnit {
    const path = find(name);
    if (!path) return { loadState: 'not-found', fragmentPath: '', text: new Map() };
    if (isMask(path)) return { loadState: 'masked', fragmentPath: path, text: new Map() };
    return { loadState: 'loaded', fragmentPath: path, text: parseUnitText(readFileSync(path, 'utf8')) };
  }

  return {
    load,
    state(name) {
      const path = find(name);
      if (!path) return '';
      if (isMask(path)) return path.startsWith(join(root, 'run/')) ? 'masked-runtime' : 'masked';
      if (path.startsWith(at('run/systemd/transient', ''))) return 'transient';
      if (present(wants(name))) return 'enabled';
      return [...load(name).text.keys()].some((key) => key.startsWith('Install.')) ? 'disabled' : 'static';
    },
    names() {
      const all = FOLDERS.flatMap((folder) =>
        existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [],
      );
      return [...new Set(all)].filter((name) => /\.(service|timer|socket|path)$/.test(name)).sort();
    },
    mask(name, runtime) {
      const path = at(runtime ? 'run/systemd/system' : 'etc/systemd/system', name);
      if (present(path)) return isMask(path) ? { path: '' } : { problem: `File ${path} already exists.` };
      mkdirSync(dirname(path), { recursive: true });
      symlinkSync('/dev/null', path);
      return { path };
    },
    unmask(name, runtime) {
      const folders = runtime ? ['run/systemd/system'] : ['etc/systemd/system', 'run/systemd/system'];
      const masks = folders.map((folder) => at(folder, name)).filter((path) => present(path) && isMask(path));
      for (const path of masks) rmSync(path);
      return masks;
    },
    setEnabled(name, enabled) {
      const path = wants(name);
      if (present(path) === enabled) return { path, changed: false };
      mkdirSync(dirname(path), { recursive: true });
      if (enabled) symlinkSync(load(name).fragmentPath, path);
      else rmSync(path);
      return { path, changed: true };
    },
    install(name, text) {
      write(at('usr/lib/systemd/system', name), text);
    },
    writeTransient(name, text) {
      write(at('run/systemd/transient', name), text);
    },
    removeTransient(name) {
      rmSync(at('run/systemd/transient', name), { force: true });
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function present(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isMask(path: string): boolean {
  return lstatSync(path).isSymbolicLink() && readlinkSync(path) === '/dev/null';
}
