import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createDesk, type Desk } from './desk.ts';
import { createGuardian, type Guardian } from './guardian.ts';
import { linkRealTools } from './real-tools.ts';

/** What all lab nodes of one process share. */
export interface LabHost {
  dir: string;
  /** Links to the real, harmless tools. */
  bin: string;
  desk: Desk;
  guardian: Guardian;
  /** After all nodes are powered off. */
  close(): void;
}

export async function createLabHost(options: { dir: string }): Promise<LabHost> {
  const { dir } = options;
  mkdirSync(dir, { recursive: true });
  const bin = join(dir, 'bin');
  linkRealTools(bin);
  const desk = await createDesk(join(dir, 'desk'));
  const guardian = createGuardian(dir);
  return {
    dir,
    bin,
    desk,
    guardian,
    close() {
      desk.close();
      guardian.close();
    },
  };
}
