import { randomBytes } from 'node:crypto';
import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { quote } from '../base/quote.ts';
import { systemWords } from '../base/system-error.ts';
import type { Judged } from './types.ts';

/** What the disk under the state directory has left; `why` where nothing can be written there. */
export interface Disk {
  path: string;
  bytes: number;
  /** Infinite where the file system makes them as it needs them. */
  inodes: number;
  why?: string;
}

const MIB = 1024 * 1024;
/** A step on a node is about a kilobyte in the journal, and its output up to 64. */
const bytesFor = (nodes: number) => Math.max(64, nodes * 0.25) * MIB;
const FEWEST_INODES = 1_000;

/** Whether there is room for the journals of a run on that many nodes. */
export function judgeDisk({ path, bytes, inodes, why }: Disk, nodes: number): Judged {
  const next = `df -h ${quote(path)}; df -i ${quote(path)}; or another place: export FIREAXE_STATE_DIR=DIR`;
  const left = `${Math.floor(bytes / MIB)} MiB and ${Number.isFinite(inodes) ? `${inodes} inodes` : 'inodes'} left`;
  if (why !== undefined) return { state: 'red', what: `journals cannot be written in ${path}: ${why}`, next };
  if (bytes < bytesFor(nodes) / 8 || inodes < FEWEST_INODES / 10)
    return { state: 'red', what: `no room for journals in ${path}: ${left}`, next };
  if (bytes < bytesFor(nodes) || inodes < FEWEST_INODES)
    return { state: 'amber', what: `little room for journals in ${path}: ${left}`, next };
  return { state: 'green', what: `${path}: ${left}` };
}

/** Reads the disk, and writes one file as a journal is written. A missing directory is made later. */
export async function readDisk(state: string): Promise<Disk> {
  const path = await nearest(state);
  const { bavail, bsize, ffree, files } = await statfs(path);
  const disk = { path, bytes: bavail * bsize, inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree };
  const why = await written(path).catch(systemWords);
  return { ...disk, ...(why !== undefined && { why }) };
}

/** The directory, or the nearest one above that is there; a file in its place cannot be written into. */
async function nearest(path: string): Promise<string> {
  const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`journals cannot be written in ${path}: ${systemWords(error)}`);
  });
  if (!there && path !== dirname(path)) return nearest(dirname(path));
  if (there?.isDirectory()) return path;
  throw new Error(`journals cannot be written in ${path}: not a directory`);
}

async function written(directory: string): Promise<undefined> {
  const path = join(directory, `.fireaxe-doctor-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(Buffer.alloc(64 * 1024));
      await file.datasync();
    } finally {
      await file.close();
    }
  } finally {
    await rm(path, { force: true });
  }
}
