import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudEndpoint } from '../../../src/drill/cloud/endpoint.ts';
import { leverKit } from '../../aws/levers/kit.ts';
import type { Lever } from '../../aws/levers/types.ts';
import type { CommandLine } from '../../cli/command-line.ts';
import { type Between, type Stage, standBetween } from './between.ts';
import { pictureOf } from './picture.ts';

export interface Place {
  between: Between;
  /** What was really done to the machines, in order. */
  effects: string[];
  /** All that the lever and its undo could have touched. */
  picture(): string | Promise<string>;
  /** Fails unless the world is as the lever should leave it. */
  stands(): void | Promise<void>;
  /** Runs to its end; `at` kills it there. */
  run(args: string[], at?: { step: number; stage: Stage }): Promise<{ code: number | null; text: string }>;
  close(): Promise<void>;
}

/** A world, its cloud, a kit and a state directory of their own. */
export async function placeFor(lever: Lever, cli: CommandLine): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'fireaxe-killed-'));
  const world = lever.world();
  world.moveMs = 1;
  const effects: string[] = [];
  for (const name of ['stop', 'start', 'retype'] as const) {
    const act = world[name].bind(world) as (id: string, how: unknown) => unknown;
    const recorded = (id: string, how: unknown) => {
      effects.push(`${name} ${id}`);
      return act(id, how);
    };
    Object.assign(world, { [name]: recorded });
  }
  const cloud = await createCloudEndpoint(world, { perSecond: 10_000, burst: 10_000 });
  const picture = () => pictureOf(world);
  const between = await standBetween(cloud.url, picture);
  const kit = leverKit(directory, between.url, lever, world);
  return {
    between,
    effects,
    picture,
    stands: () => lever.stands(world),
    run: runner(cli, kit, join(directory, 'state'), between),
    async close() {
      await between.close();
      await cloud.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** The command line in its own process. */
export function runner(cli: CommandLine, kit: string, state: string, between: Between): Place['run'] {
  const env = { ...cli.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: state };
  return async (args, at) => {
    let child: ChildProcess | undefined;
    between.watch(at && { ...at, kill: () => void child?.kill('SIGKILL') });
    child = spawn(process.execPath, [cli.bin, ...args, '--no-input'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
    const code = await new Promise<number | null>((done) => child.once('close', done));
    return { code, text };
  };
}
