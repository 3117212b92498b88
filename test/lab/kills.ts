import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { Machine, Ran } from './machine.ts';
import type { Order } from './orders.ts';

/** Where an apply is killed: after its intent, amid its change, after it, and once its result is written but not said. */
export const STAGES = ['intent', 'half', 'change', 'result'] as const;
export type Stage = (typeof STAGES)[number];

/** The hook's own. */
const MARK = '/var/tmp/stage';
/** Says that the stage is reached, and stands there until it is told to go on. */
const WAIT = `: >${MARK}; while [ -e ${MARK} ]; do sleep 0.1; done`;

/** Puts a hook where a stage of apply begins; `half` is a place in the middle of the action's own change. */
export function hooked(text: string, stage: Stage, half: string, hook: string): string {
  const [place, line] = {
    intent: [/^(\s*)act_apply$/m, `${hook}; act_apply`],
    half: [half, `${hook}; ${half}`],
    change: [/^(\s*)act_apply$/m, `act_apply; ${hook}`],
    result: [/^(\s*)fx_print$/m, `${hook}; fx_print`],
  }[stage] as [string | RegExp, string];
  const changed = text.replace(place, () => line);
  if (changed === text) throw new Error(`no place for ${stage}`);
  return changed;
}

/** Sends a text hooked with WAIT and kills the client once the node stands there; what is returned lets the node go on. */
async function killClient(machine: Machine, text: string): Promise<() => void> {
  const mark = join(machine.root, MARK);
  const child = spawn(
    'ssh',
    [...machine.sshArgs(), `exec /bin/sh -c 'eval "$(head -c ${Buffer.byteLength(text)})"'`],
    { stdio: ['pipe', 'ignore', 'ignore'] },
  );
  child.stdin.end(text);
  const ended = new Promise((done) => child.once('close', done));
  await until(() => expect(existsSync(mark)).toBe(true));
  child.kill('SIGKILL');
  await ended;
  return () => rmSync(mark);
}

/** Tries until it holds. Not `expect.poll`, which takes the test of those side by side for another. */
export const until = (seen: () => unknown, timeout = 15_000): Promise<unknown> =>
  vi.waitFor(seen, { timeout, interval: 250 });

/** A change that is to survive kills, on one machine. */
export interface Survivor {
  machine: Machine;
  run: string;
  stage: Stage;
  /** A place in the middle of its change, in the text of its script. */
  half: string;
  give(order: Order): Promise<Ran>;
  text(order: Order): string;
  /** All that the change and its undo touch, except receipts. */
  picture(): Promise<string>;
  /** More to be seen while it stands. */
  stands?(resumed: boolean): Promise<unknown>;
}

/** The client dies: the node goes on alone to the end, nothing is done twice, and undo is exact. */
export async function survivesClient({ machine, run, stage, half, give, text, picture, stands }: Survivor) {
  const before = await picture();
  const order = text({ op: 'apply', run });
  const goOn = await killClient(machine, hooked(order, stage, half, WAIT));
  const early = await give({ op: 'receipt', run });
  if (stage === 'result') expect(early.result).toMatchObject({ state: 'ok', data: { state: 'changed' } });
  else expect(early.result).toMatchObject({ state: 'interrupted', code: 'running' });
  goOn();
  // The node goes on alone to the end, and says so.
  await until(async () =>
    expect((await give({ op: 'receipt', run })).result).toMatchObject({ data: { state: 'changed' } }),
  );
  const { result } = await give({ op: 'receipt', run });
  const again = { state: 'changed', data: { again: '1' }, before: result!.before };
  expect((await machine.run(order)).result).toMatchObject(again);
  expect((await give({ op: 'apply', run })).result).toMatchObject(again);
  expect(await timesRun(machine, run)).toBe(1);
  await stands?.(false);
  expect((await give({ op: 'verify', run })).result).toMatchObject({ state: 'ok' });
  expect((await give({ op: 'undo', run, before: result!.before! })).code).toBe(0);
  await until(async () => expect(await picture()).toBe(before));
}

/** The script on the node dies: its receipt says so, resume goes on from the first before-state, and undo is exact. */
export async function survivesScript({ machine, run, stage, half, give, text, picture, stands }: Survivor) {
  const before = await picture();
  const order = text({ op: 'apply', run });
  const killed = await machine.run(hooked(order, stage, half, 'kill -9 $$'));
  expect(killed.result).toBeUndefined();
  const { result } = await give({ op: 'receipt', run });
  if (stage === 'result') {
    expect(result).toMatchObject({ state: 'ok', data: { state: 'changed' } });
    expect((await machine.run(order)).result).toMatchObject({ state: 'changed', data: { again: '1' } });
  } else {
    expect(result).toMatchObject({ state: 'interrupted', before: expect.anything() });
    expect(result!.code).toBeUndefined();
    // A copy of the same order never runs again; a new one, of resume, goes on from the first before-state.
    expect((await machine.run(order)).result).toMatchObject({ state: 'interrupted' });
    const resumed = await give({ op: 'apply', run });
    // Also if the first one had done it all: what is `already` so is not undone.
    expect(resumed.result!.state).toBe('changed');
    expect(resumed.result!.before).toEqual(result!.before);
    expect(await timesRun(machine, run)).toBeLessThanOrEqual(2);
  }
  await stands?.(stage !== 'result');
  expect((await give({ op: 'verify', run })).result).toMatchObject({ state: 'ok' });
  expect((await give({ op: 'undo', run, before: result!.before! })).code).toBe(0);
  await until(async () => expect(await picture()).toBe(before));
}

const timesRun = async (machine: Machine, run: string) =>
  Number((await machine.sh(`wc -l </run/fireaxe/${run}/s1/ran`)).stdout);
