import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { at } from '../../../src/forecast/growth.ts';
import { type Predicted, sizeFor, type Trend } from '../../../src/forecast/predict.ts';
import type { Load } from '../../../src/forecast/types.ts';
import { fireaxe as ofFiles } from '../../drill-tier/fireaxe.ts';
import { Fireaxe } from '../fireaxe.ts';
import { here } from '../here.ts';
import { hollowAgain, hollowGone } from '../hollow.ts';
import { kitCopy } from '../kit-copy.ts';
import { CONTROL_PLANE, WORKERS } from '../layout.ts';
import { eventually, pause } from '../patience.ts';
import { EVERY_SECONDS, endPolls, pollEverywhere } from '../poll.ts';
import { report } from '../report.ts';
import { nodes } from '../truth.ts';
import { settled } from '../well.ts';

const cluster = here();
const { hollow } = cluster.facts;
const REAL = CONTROL_PLANE.length + WORKERS.length;
/** Hollow nodes of each size that is measured, the largest first. */
const SIZES = [20, 12, 5] as const;
const MOST_OFF_PERCENT = 30;

interface Forecast {
  measured: { loads: Load[]; seatsInUse: number }[];
  sizes: Predicted[];
  requests: Trend[];
}
/** Of the cluster, in a second. */
type Totals = Record<'calls' | 'bytes' | 'lists' | 'listBytes', number>;
/** Seats are told, not asserted: they hold the time that a request takes, which on a shared machine is that of what else runs. */
type Taken = Totals & { seats: number };

const isListOfNodes = ({ verb, resource }: Load) => verb === 'LIST' && resource === 'nodes';
const forecastOf = (json: object) => (json as { forecast: Forecast }).forecast;
const savedIn = (count: number) => join(cluster.facts.folder.dir, `metrics-${count}`);
/** A kit that knows only so many of the hollow nodes. */
const kitOf = (count: number) =>
  kitCopy(cluster, `kit-${count}`, {
    fleet: (fleet) => {
      const gone = hollow.slice(count).map(({ name }) => name);
      fleet.nodes = fleet.nodes.filter(({ name }) => !gone.includes(name));
    },
  });

/** What the cluster takes as it is. */
async function measured(count: number): Promise<Taken> {
  rmSync(savedIn(count), { recursive: true, force: true });
  mkdirSync(savedIn(count));
  const ended = await new Fireaxe(cluster, kitOf(count)).run(
    ...['forecast', '--pause', '60s', '--save-metrics', savedIn(count)],
    ...['--size', String(REAL + count), '-o', 'json'],
  );
  expect(ended.code, ended.stderr).toBe(0);
  const [{ loads, seatsInUse }] = forecastOf(ended.json).measured as [Forecast['measured'][number]];
  const sum = (of: Load[], key: 'callsPerSecond' | 'bytesPerSecond') =>
    of.reduce((all, load) => all + load[key], 0);
  const lists = loads.filter(isListOfNodes);
  return {
    calls: sum(loads, 'callsPerSecond'),
    bytes: sum(loads, 'bytesPerSecond'),
    lists: sum(lists, 'callsPerSecond'),
    listBytes: sum(lists, 'bytesPerSecond'),
    seats: seatsInUse,
  };
}

/** What the dumps of smaller sizes predict for a larger one, by the files alone. */
async function predicted(from: readonly number[], count: number): Promise<Taken> {
  const filesOf = (size: number) => readdirSync(savedIn(size)).map((file) => join(savedIn(size), file));
  const dumps = from.flatMap((size) => ['--metrics', `${REAL + size}=${filesOf(size).join(',')}`]);
  const { json, code, stderr } = await ofFiles(
    ['forecast', ...dumps, '--size', String(REAL + count), '-o', 'json'],
    { FIREAXE_KIT: cluster.facts.kit },
  );
  expect(code, stderr).toBe(0);
  const { sizes, requests } = forecastOf(json);
  const lists = requests.filter(({ load }) => isListOfNodes(load));
  const sum = (key: 'calls' | 'bytes') =>
    lists.reduce((all, trend) => all + at(trend[key], sizeFor(trend, REAL + count)), 0);
  return {
    calls: sizes[0]!.callsPerSecond,
    bytes: sizes[0]!.bytesPerSecond,
    lists: sum('calls'),
    listBytes: sum('bytes'),
    seats: sizes[0]!.seatsInUse,
  };
}

const textOf = ({ calls, bytes, lists, listBytes, seats }: Taken) =>
  `${calls.toFixed(1)} calls/s, ${(bytes / 1000).toFixed(0)} kB/s, ${seats.toFixed(2)} seats; lists of nodes ${lists.toFixed(2)}/s, ${(listBytes / 1000).toFixed(0)} kB/s`;

/** Error of what was predicted, in percent of what was measured. */
const percentOff = (told: number, truth: number) => Math.round(100 * (told / truth - 1));

beforeEach(async () => {
  await hollowAgain(cluster, hollow);
  await settled(cluster);
  await pollEverywhere(cluster);
});
afterEach(async () => {
  await endPolls(cluster);
  await hollowAgain(cluster, hollow);
  await settled(cluster, 300_000);
});

test('two sizes of a real cluster predict what a third one takes', async () => {
  const seen = new Map<number, Taken>();
  const lines: string[] = [];
  for (const count of SIZES) {
    await hollowGone(cluster, hollow.slice(count));
    await eventually(
      `${REAL + count} nodes are ready`,
      async () => (await nodes(cluster)).ready.length === REAL + count,
      240_000,
      3_000,
    );
    // The work of the change is over, and each server has counted its objects, as it does once a minute.
    await pause(75_000);
    seen.set(count, await measured(count));
    lines.push(
      `${REAL + count} nodes: ${textOf(seen.get(count)!)}; load of the machine ${loadavg()[0]!.toFixed(1)}`,
    );
  }
  const [largest, ...smaller] = SIZES;
  const told = await predicted(smaller, largest);
  const truth = seen.get(largest)!;
  const off = (Object.keys(told) as (keyof Taken)[]).map(
    (what) => [what, percentOff(told[what], truth[what])] as const,
  );
  report('forecast', [
    ...lines,
    `predicted for ${REAL + largest}: ${textOf(told)}`,
    `off by: ${off.map(([what, percent]) => `${what} ${percent}%`).join(', ')}`,
  ]);
  // Every client has called: a list in five seconds on each node.
  expect(truth.lists).toBeGreaterThan((0.8 * (REAL + largest)) / EVERY_SECONDS);
  for (const [what, percent] of off.filter(([what]) => what !== 'seats'))
    expect(Math.abs(percent), what).toBeLessThanOrEqual(MOST_OFF_PERCENT);
});
