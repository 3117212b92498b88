import { expect } from 'vitest';
import type { CommandLine } from '../../cli/command-line.ts';
import { apiHost } from '../api-host.ts';
import { writeKit } from '../kit.ts';
import { Lab } from '../lab.ts';
import { coldWorker, startCommand } from './cold-worker.ts';
import { type LabRegistry, simulatedRegistry } from './registry.ts';
import { Users } from './users.ts';

export const WORKERS = 6;

/** Without a 429 it serves all that they pull in a minute; it is never too slow for two nodes. */
const LIMIT = { perSecond: 2, burst: 5 };

export interface Return {
  /** Seconds from the order until half of the workers serve, and all of them. */
  half: number;
  all: number;
  /** Pulls that the registry answered 429; users' requests that nobody answered. */
  throttled: number;
  lost: number;
  /** How the order ended. */
  code: number | null;
  said: string;
}

/** New machines, fenced before their API server starts; then `readmit` with these words. */
export async function coldReturn(fireaxe: CommandLine, words: string[]): Promise<Return> {
  let registry: LabRegistry | undefined;
  let lab: Lab | undefined;
  try {
    // On each address: the lab's network is not there yet, and the machines' files name it.
    registry = await simulatedRegistry('0.0.0.0', LIMIT);
    const port = registry.at.split(':')[1];
    lab = await Lab.up((net) => [
      { name: 'cp1', files: apiHost('0.0.0.0', 6443, [`${net}.11`]) },
      ...Array.from({ length: WORKERS }, (_, i) => ({
        name: `w${i + 1}`,
        files: coldWorker(`${net}.11`, `${net}.1:${port}`),
      })),
    ]);
    return await returned(lab, fireaxe, registry, words);
  } finally {
    registry?.close();
    lab?.down();
  }
}

async function returned(
  lab: Lab,
  fireaxe: CommandLine,
  registry: LabRegistry,
  words: string[],
): Promise<Return> {
  const workers = [...lab.machines.values()].filter(({ spec }) => spec.name !== 'cp1');
  for (const worker of workers) expect(await worker.sh(startCommand)).toMatchObject({ code: 0 });
  const kit = writeKit(lab).path;
  // Not `run`, which would keep the registry and the users waiting.
  const order = (...given: string[]) =>
    fireaxe.start([...given, '--reason', 'INC-42', '--no-input'], kit).ended;
  const fence = await order('fence', '--nodes', 'cp1', '--confirm', 'lab 1');
  expect(fence.code, fence.stderr).toBe(0);
  await lab.at('cp1').sh('systemctl start api; sleep 3');
  const known = await Promise.all(workers.map((worker) => worker.sh('cat /run/simulated-cri/pods')));
  expect(known.map(({ stdout }) => stdout)).toEqual(workers.map(() => ''));

  const users = new Users(workers.map(({ spec }) => spec.address));
  users.begin();
  try {
    const ended = order('readmit', ...words, '--yes');
    await expect.poll(() => users.allServed(), { timeout: 900_000, interval: 100 }).toBe(true);
    const [throttled, lost] = [registry.throttled(), users.lost];
    const { code, stderr } = await ended;
    const open = await order('readmit', '--all', '--yes');
    expect(open.code, open.stderr).toBe(0);
    expect((await lab.at('cp1').sh('nft list tables')).stdout).not.toContain('fireaxe');
    const served = [...users.served.values()].map((ms) => ms / 1000).sort((a, b) => a - b);
    return { half: served[WORKERS / 2 - 1]!, all: served.at(-1)!, throttled, lost, code, said: stderr };
  } finally {
    users.end();
  }
}
