import { judgeDescriptors } from '../../doctor/descriptors.ts';
import { judgeDisk, readDisk } from '../../doctor/disk.ts';
import { judgeDrill } from '../../doctor/drill.ts';
import { lastDrill } from '../../doctor/drills.ts';
import { checkProgram } from '../../doctor/program.ts';
import { type Check, type Finding, failed, type Judged } from '../../doctor/types.ts';
import { freeDescriptors } from '../../transport/descriptors.ts';

/** Checks this machine: whatever the kit is like, all of it is told. `nodes` are those of the largest cluster. */
export async function checkMachine(
  state: string,
  nodes: number,
  nowMs: number,
  wanted: (check: Check) => boolean,
): Promise<Finding[]> {
  const checks: [Check, () => Promise<Judged>][] = [
    ['drill', async () => judgeDrill(await lastDrill(state), nowMs)],
    ['descriptors', async () => judgeDescriptors(await freeDescriptors(), nodes)],
    ['disk', async () => judgeDisk(await readDisk(state), nodes)],
    ['program', checkProgram],
  ];
  return Promise.all(
    checks
      .filter(([check]) => wanted(check))
      .map(async ([check, make]) =>
        make().then(
          (one) => ({ check, ...one }),
          (error) => failed(check, error),
        ),
      ),
  );
}
