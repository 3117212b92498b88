import { afterAll, beforeAll, expect, it } from 'vitest';
import { LEVERS, WAYS } from '../../aws/levers/cases.ts';
import { CommandLine } from '../../cli/command-line.ts';
import { failuresOf } from './killed.ts';
import { placeFor } from './place.ts';

/** Another way of a lever whose calls a usual run tries already. */
const ONLY_FULL = ['shrink-group --how standby'];
const tried = [...LEVERS, ...WAYS]
  .map((lever) => ({ title: lever.name, ...lever }))
  .filter(({ title }) => process.env.FIREAXE_FULL !== undefined || !ONLY_FULL.includes(title));

let cli: CommandLine;
beforeAll(() => {
  cli = new CommandLine();
});
afterAll(() => cli?.close());

it.concurrent.each(tried)('$title survives a kill at each call', { timeout: 900_000 }, async (lever) => {
  expect(await failuresOf(lever, () => placeFor(lever, cli))).toEqual([]);
});
