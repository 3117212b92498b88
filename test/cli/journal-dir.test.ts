import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KIT_YAML, makeKit } from '../kit/make-kit.ts';
import { InProcess } from './in-process.ts';

/** With a state directory that only the kit names. */
const OWN_STATE = `${KIT_YAML}state: runs # beside the kit\n`;

let fireaxe: InProcess;
let kit: string;
const env = { FIREAXE_STATE_DIR: '' };
const run = (verb: string, ...args: string[]) => fireaxe.run([verb, '--kit', kit, ...args], { env });
const mended = () => {
  writeFileSync(join(kit, 'kit.yaml'), OWN_STATE);
};

beforeAll(async () => {
  fireaxe = new InProcess();
  kit = makeKit({ 'kit.yaml': OWN_STATE });
  const here = ['--via', 'local', '--nodes', 'n1', '--reason', 'INC-42', '--yes'];
  expect((await run('exec', ...here, '--', 'true')).code).toBe(0);
});

afterAll(() => {
  fireaxe?.close();
  if (kit) rmSync(kit, { recursive: true });
});

describe('runs and timeline read the journal with a broken kit', () => {
  it.each([
    ['a broken fleet file', 'fleet/c1.json', '{ "schemaVersion": 1, '],
    ['an empty fleet file', 'fleet/c1.json', ''],
    ['an error in kit.yaml', 'kit.yaml', OWN_STATE.replace('policy:', 'polciy:')],
    ['a kit.yaml that is not YAML', 'kit.yaml', OWN_STATE.replace('clusters:', 'clusters: [')],
  ])('%s', async (_what, name, content) => {
    writeFileSync(join(kit, name), content);
    expect((await run('nodes')).code).toBe(2);
    const runs = await run('runs');
    expect(runs.stdout).toMatch(/-exec-\w+ +c1 +done .* INC-42/);
    expect(runs.code).toBe(0);
    expect((await run('timeline', 'last')).stdout).toMatch(/reason: INC-42[\s\S]*done after/);
    mended();
  });

  it('no fleet file, and a kit from the default path', async () => {
    rmSync(join(kit, 'fleet'), { recursive: true });
    expect((await fireaxe.run(['runs'], { kit, env })).stdout).toContain('INC-42');
  });

  it('warns when kit.yaml cannot be read, and names the directory that it reads instead', async () => {
    writeFileSync(join(kit, 'kit.yaml'), OWN_STATE.replace('clusters:', 'clusters: ['));
    expect((await run('runs')).stderr).toContain(`reading runs from ${join(kit, 'runs')}`);
    mended();
  });

  it('a named kit that does not exist is an error', async () => {
    const { code, stderr } = await fireaxe.run(['runs', '--kit', '/nowhere'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('no kit at /nowhere');
  });
});
