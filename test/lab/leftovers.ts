import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const WATCHES = 1024;

/** Before the whole tier and after it: this machine's mounts, links, rules, lab folders, and what runs in or for a lab. */
export default function nothingIsLeft(): () => void {
  const before = listing();
  const giveBack = allowWatches();
  return () => {
    giveBack();
    // What a killed run had left is swept by the next one.
    const now = listing();
    const left = now.filter((line) => !before.includes(line));
    const gone = before.filter((line) => !now.includes(line) && !/fireaxe-lab-|fxl\d/.test(line));
    if (left.length === 0 && gone.length === 0) return;
    process.exitCode = 1;
    throw new Error(
      `the lab left this machine other than it was:\n${[...left.map((l) => `+ ${l}`), ...gone.map((l) => `- ${l}`)].join('\n')}`,
    );
  };
}

/** Each systemd watches about fifteen folders and files, and all of them count as root's: the usual 128 is few. */
function allowWatches(): () => void {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const was = read(file);
  if (Number(was) >= WATCHES) return () => {};
  writeFileSync(file, String(WATCHES));
  return () => writeFileSync(file, was);
}

function listing(): string[] {
  const others = labsOfOthers();
  const lines = [
    ...readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    ...said('ip', '-br', 'link').map((line) => line.split(/[\s@]/)[0]!),
    ...said('nft', 'list', 'ruleset'),
    ...readdirSync(tmpdir()).filter((name) => name.startsWith('fireaxe-lab-')),
    ...processes(),
  ];
  return lines.filter((line) => line !== '' && !others.some((mark) => line.includes(mark))).sort();
}

/** Another run of the lab beside this one comes and goes as it likes: its folder and its bridge. */
function labsOfOthers(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => /^fireaxe-lab-/.test(name))
    .flatMap((name) => {
      const [owner, bridge] = ['owner', 'bridge'].map((file) => read(join(tmpdir(), name, file)));
      const ours = !owner || !existsSync(`/proc/${owner}`) || descends(owner);
      return ours ? [] : [name, ...(bridge ? [bridge] : [])];
    });
}

/** Whether a process is a child of this one, at any depth. */
function descends(pid: string): boolean {
  for (let at = pid; Number(at) > 1; ) {
    if (at === String(process.pid)) return true;
    at = /^PPid:\s+(\d+)/m.exec(read(`/proc/${at}/status`))?.[1] ?? '0';
  }
  return false;
}

/** Whatever names a lab's folder, or has its root there: nspawn, and all that runs in a machine. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
      const lab = /fireaxe-lab-\w+/.exec(`${command} ${rootOf(pid)}`);
      return lab ? [`process ${basename(command.split(' ')[0] ?? '')} of ${lab[0]}`] : [];
    });
}

function rootOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return '';
  }
}

function said(...command: string[]): string[] {
  return spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' }).stdout?.split('\n') ?? [];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
