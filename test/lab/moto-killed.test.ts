import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kitOf } from '../aws/levers/kit.ts';
import { CommandLine } from '../cli/command-line.ts';
import { standBetween } from '../drill-tier/killed/between.ts';
import { failuresOf } from '../drill-tier/killed/killed.ts';
import { type Place, runner } from '../drill-tier/killed/place.ts';
import { heedDryRun } from './moto/dry-run.ts';
import type { MotoLever } from './moto/scene.ts';
import { shrinkGroup } from './moto/scene-group.ts';
import { scale, scaleVolume } from './moto/scene-machine.ts';
import { fenceGroup, fenceList, fenceNacl } from './moto/scene-network.ts';
import { evacuateRecord } from './moto/scene-record.ts';
import { cordonBalancer, evacuateListener } from './moto/scene-traffic.ts';
import { findMoto, type Moto, startMoto } from './moto/server.ts';

/** Every kill of the change of a machine; a few of each other lever, and all of them with `--full`. */
const A_FEW = process.env.FIREAXE_FULL === undefined ? 3 : Number.POSITIVE_INFINITY;
const LEVERS: [string, MotoLever, number][] = [
  ['scale', scale, Number.POSITIVE_INFINITY],
  ...[
    scaleVolume,
    cordonBalancer,
    fenceNacl,
    fenceGroup,
    fenceList,
    evacuateListener,
    evacuateRecord,
    shrinkGroup,
  ].map((lever): [string, MotoLever, number] => [lever.name, lever, A_FEW]),
];

let moto: Moto;
let front: Awaited<ReturnType<typeof heedDryRun>>;
let cli: CommandLine;

const path = findMoto();

/** As in the drill tier, before somebody else's cloud: what moto cannot do is in docs/aws.md. */
describe.skipIf(!path)('the command line killed at each call, where moto can be had', () => {
  beforeAll(async () => {
    cli = new CommandLine();
    moto = await startMoto(path!);
    front = await heedDryRun(moto.url);
  });
  afterAll(async () => {
    await front?.close();
    await moto?.close();
    cli?.close();
  });

  it.each(LEVERS)('%s survives', { timeout: 900_000 }, async (_, lever, most) => {
    expect(await failuresOf(lever, () => placeFor(lever), most)).toEqual([]);
  });

  /** A scene of its own, with a kit and a state directory. */
  async function placeFor(lever: MotoLever): Promise<Place> {
    const scene = await lever.open(moto);
    const directory = mkdtempSync(join(cli.directory, 'killed-'));
    const between = await standBetween(front.url, () => '');
    const kit = kitOf(directory, between.url, scene.nodes, scene.cluster);
    return {
      between,
      effects: [],
      picture: scene.picture,
      stands: async () => expect(await scene.picture()).toMatch(scene.stands),
      run: runner(cli, kit, join(directory, 'state'), between),
      async close() {
        await between.close();
        await scene.close?.();
      },
    };
  }
});
