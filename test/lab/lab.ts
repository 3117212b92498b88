import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupOf, type LabFolder, Machine, type MachineSpec, startOf, v6 } from './machine.ts';

const PREFIX = 'fireaxe-lab-';

export type LabSpec = Omit<MachineSpec, 'address' | 'machineId'>;

/** A set of real nodes on a private bridge; everything of it lies in one folder and is gone after `down`. */
export class Lab {
  readonly folder: LabFolder;
  readonly net: string;
  readonly machines = new Map<string, Machine>();

  private constructor(folder: LabFolder, net: string) {
    this.folder = folder;
    this.net = net;
  }

  /** Boots machines; their addresses in the lab's network are 11 and on, in order. */
  static async up(specs: LabSpec[] | ((net: string) => LabSpec[])): Promise<Lab> {
    sweepDead();
    const dir = mkdtempSync(join(tmpdir(), PREFIX));
    writeFileSync(join(dir, 'owner'), `${process.pid}\n`);
    const number = makeBridge();
    const lab = new Lab(
      { dir: join(dir, 'fs'), bridge: `fxl${number}`, key: join(dir, 'fs', 'key') },
      `10.249.${number}`,
    );
    writeFileSync(join(dir, 'bridge'), lab.folder.bridge);
    try {
      await lab.#boot(typeof specs === 'function' ? specs(lab.net) : specs);
    } catch (error) {
      lab.down();
      throw error;
    }
    return lab;
  }

  async #boot(specs: LabSpec[]): Promise<void> {
    mkdirSync(this.folder.dir);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=700', 'tmpfs', this.folder.dir]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.folder.key]);
    ip('addr', 'add', `${this.net}.1/24`, 'dev', this.folder.bridge);
    ip('addr', 'add', `${v6(`${this.net}.1`)}/64`, 'dev', this.folder.bridge, 'nodad');
    ip('link', 'set', this.folder.bridge, 'up');
    specs.forEach((spec, i) => {
      const machine = new Machine(
        {
          ...spec,
          address: `${this.net}.${11 + i}`,
          machineId: `${(i + 1).toString(16).padStart(2, '0')}`.padEnd(32, 'f1'),
        },
        this.folder,
      );
      this.machines.set(spec.name, machine);
      machine.layOut();
      machine.boot();
    });
    await Promise.all([...this.machines.values()].map((machine) => machine.up()));
  }

  at(name: string): Machine {
    const machine = this.machines.get(name);
    if (!machine) throw new Error(`no machine ${name}`);
    return machine;
  }

  down(): void {
    remove(join(this.folder.dir, '..'));
  }
}

/** Its number; another lab that runs beside this one has another. */
function makeBridge(): number {
  for (let i = 0; i < 250; i++) {
    const number = 1 + ((process.pid + i) % 250);
    // An address of its own: else it has the lowest of its machines', and another one when that machine goes.
    const address = ['address', `02:f1:00:00:00:${number.toString(16).padStart(2, '0')}`];
    if (spawnSync('ip', ['link', 'add', `fxl${number}`, ...address, 'type', 'bridge']).status === 0)
      return number;
  }
  throw new Error('no bridge can be made here: ip link add failed');
}

/** What a crashed test left: machines, mounts, the bridge, the folder. */
function sweepDead(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const dir = join(tmpdir(), name);
    const owner = read(join(dir, 'owner'));
    if (owner && existsSync(`/proc/${owner}`)) continue;
    // Made just now, by a lab that has not signed it yet.
    if (!owner && Date.now() - statSync(dir).mtimeMs < 60_000) continue;
    remove(dir);
  }
}

function remove(dir: string): void {
  const fs = join(dir, 'fs');
  const homes = existsSync(fs) ? readdirSync(fs, { withFileTypes: true }).filter((d) => d.isDirectory()) : [];
  for (const home of homes) endMachine(join(fs, home.name));
  for (const home of homes) removeGroup(groupOf(read(join(dir, 'bridge')), home.name));
  for (const home of homes) unmount(join(fs, home.name, 'root'));
  unmount(fs);
  // Of machines with a kubelet: nothing is mounted there but inside of them.
  rmSync(join(dir, 'stores'), { recursive: true, force: true });
  const bridge = read(join(dir, 'bridge'));
  if (/^fxl\d+$/.test(bridge)) {
    // A machine's last connections keep its end of the link for minutes.
    for (const home of homes) spawnSync('ip', ['link', 'del', `vb-${bridge}-${home.name}`]);
    spawnSync('ip', ['link', 'del', bridge]);
  }
  rmSync(join(dir, 'owner'), { force: true });
  rmSync(join(dir, 'bridge'), { force: true });
  // Only empty folders: should an unmount have failed, nothing behind it is deleted.
  for (const empty of [fs, dir]) if (existsSync(empty)) rmdirSync(empty);
}

/** Kills the machine's PID 1, and with it everything in its PID namespace; then nspawn, which ends after it. */
function endMachine(home: string): void {
  const nspawn = read(join(home, 'pid'));
  // A machine that is still booting has no note of its PID 1, which would outlive nspawn.
  for (const known of [read(join(home, 'init')), ...childrenOf(nspawn), nspawn]) {
    const [pid = '', start = ''] = known.split(' ');
    // A reused pid is another process.
    const same = () => start !== '' && startOf(Number(pid)) === start;
    if (same()) process.kill(Number(pid), 'SIGKILL');
    for (let i = 0; i < 100 && same(); i++) spawnSync('sleep', ['0.05']);
  }
}

/** Children of a process, each as its pid and start. */
function childrenOf(known: string): string[] {
  const [pid = '', start = ''] = known.split(' ');
  if (start === '' || startOf(Number(pid)) !== start) return [];
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter((child) => child !== '')
    .map((child) => `${child} ${startOf(Number(child))}`);
}

/** From the innermost outwards; the last processes take a moment to be gone. */
function removeGroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  }
  for (let i = 0; i < 60 && existsSync(path); i++) {
    try {
      rmdirSync(path);
    } catch {
      spawnSync('sleep', ['0.05']);
    }
  }
}

/** The last process of a machine may close its files a moment after it has ended. */
function unmount(path: string): void {
  for (let i = 0; i < 60 && spawnSync('mountpoint', ['-q', path]).status === 0; i++) {
    if (spawnSync('umount', [path]).status !== 0) spawnSync('sleep', ['0.05']);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
