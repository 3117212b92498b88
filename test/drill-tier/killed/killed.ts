import { expect } from 'vitest';
import { applyArgs, undoArgs } from '../../aws/levers/kit.ts';
import type { Lever } from '../../aws/levers/types.ts';
import type { Place } from './place.ts';
import { type Kill, killsOf, type Point, placeOf, spread, type Undisturbed } from './points.ts';

export type Words = Pick<Lever, 'args' | 'targets' | 'undone'>;
/** A new world with all that is around it. */
export type Open = () => Promise<Place>;

async function undisturbed(lever: Words, open: Open): Promise<Undisturbed> {
  return at(open, async (place) => {
    const before = await place.picture();
    await ok(place, applyArgs(lever));
    const apply = place.between.steps.map((step) => step.operation);
    await place.stands();
    const after = await place.picture();
    const effects = [...place.effects].sort();
    await ok(place, undoArgs(lever));
    expect(await place.picture()).toBe(before);
    return { apply, undo: place.between.steps.map((step) => step.operation), before, after, effects };
  });
}

/** Worlds side by side: they mostly wait. */
const SIDE_BY_SIDE = 8;

/** What did not survive, each with the place of its kill; of at most so many kills, spread over all. */
export async function failuresOf(
  lever: Words,
  open: Open,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const usual = await undisturbed(lever, open);
  const kills = spread(killsOf(usual), most);
  const failures: string[] = [];
  const worker = async () => {
    for (let kill = kills.shift(); kill; kill = kills.shift()) {
      const place = placeOf(kill, usual);
      await survives(lever, kill, usual, open).catch((error: Error) =>
        failures.push(`${place}: ${error.message}`),
      );
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return failures;
}

/** The run polled less often than the undisturbed one did. */
class NotReached extends Error {}

const TRIES = 3;

async function survives(lever: Words, kill: Kill, usual: Undisturbed, open: Open): Promise<void> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await survivesOnce(lever, earlier(kill, TRIES - 1 - left), usual, open);
    } catch (error) {
      if (!(error instanceof NotReached) || left === 0) throw error;
    }
  }
}

/** Where a run polls less often, each of its later calls comes earlier. */
function earlier({ apply, undo }: Kill, by: number): Kill {
  const moved = (point: Point) => ({ ...point, step: Math.max(0, point.step - by) });
  return { apply: moved(apply), ...(undo && { undo: moved(undo) }) };
}

/** Killed, resumed: as planned, nothing twice; killed in the undo, undone: as before. */
async function survivesOnce(lever: Words, kill: Kill, usual: Undisturbed, open: Open): Promise<void> {
  await at(open, async (place) => {
    await killedAt(place, applyArgs(lever), kill.apply);
    if (kill.undo === undefined) {
      await ok(place, undoArgs(lever));
      expect(await place.picture()).toBe(usual.before);
      return;
    }
    await resumed(place);
    await place.stands();
    expect(await place.picture()).toBe(usual.after);
    expect([...place.effects].sort()).toEqual(usual.effects);
    await killedAt(place, undoArgs(lever), kill.undo);
    await ok(place, undoArgs(lever));
    expect(await place.picture()).toBe(usual.before);
  });
}

async function killedAt(place: Place, args: string[], kill: Point): Promise<void> {
  const { code, text } = await place.run(args, kill);
  if (!place.between.killed())
    throw new NotReached(`call ${kill.step} did not come (exit ${code}):\n${text}`);
}

/** After its last change a run still reads the leases in the cloud; by then it is done. */
async function resumed(place: Place): Promise<void> {
  const { code, text } = await place.run(['resume', 'last']);
  if (code !== 0 && !/nothing to resume: the run \S+ is done/.test(text))
    throw new Error(`resume last: exit ${code}:\n${text}`);
}

async function ok(place: Place, args: string[]): Promise<void> {
  const { code, text } = await place.run(args);
  // What a killed undo has brought back already is not asked for again.
  const left = /--confirm does not match this plan\n.*\n *expected: --confirm "([^"]+)"/.exec(text)?.[1];
  if (left) return ok(place, args.with(args.indexOf('--confirm') + 1, left));
  if (code !== 0) throw new Error(`${args.join(' ')}: exit ${code}:\n${text}`);
}

async function at<T>(open: Open, use: (place: Place) => Promise<T>): Promise<T> {
  const place = await open();
  return use(place).finally(() => place.close());
}
