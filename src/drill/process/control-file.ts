import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Holder } from '../../base/holder.ts';
import { writeWhole } from '../../base/whole-file.ts';

/** How the owner of a running lab reaches it. */
export interface ControlFile {
  process: Holder;
  port: number;
  token: string;
  kit: string;
}

const NAME = 'control.json';

/** Readable by the owner alone: the token stops the lab. */
export async function writeControlFile(dir: string, control: ControlFile): Promise<void> {
  await writeWhole(join(dir, NAME), JSON.stringify(control));
}

export async function readControlFile(dir: string): Promise<ControlFile | undefined> {
  try {
    const control = JSON.parse(await readFile(join(dir, NAME), 'utf8')) as ControlFile;
    return Number.isSafeInteger(control.process.pid) ? control : undefined;
  } catch {
    return undefined;
  }
}

export async function removeControlFile(dir: string): Promise<void> {
  await rm(join(dir, NAME), { force: true });
}
