import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InProcess } from '../in-process.ts';
import { withKit } from '../with-kit.ts';

const SCHEMAS = resolve(import.meta.dirname, '../../../schemas');
const names = readdirSync(SCHEMAS).map((file) => file.replace('.schema.json', ''));

describe('fireaxe schema', () => {
  let fireaxe: InProcess;
  withKit(InProcess, (made) => ({ fireaxe } = made));

  it('lists those of the package', async () => {
    const { code, stdout } = await fireaxe.run(['schema', '-o', 'json']);
    expect(code).toBe(0);
    const { schemas } = JSON.parse(stdout);
    expect(schemas.map(({ name }: { name: string }) => name).sort()).toEqual(names.sort());
    expect((await fireaxe.run(['schema'])).stdout).toMatch(/^playbook +A playbook of Fireaxe$/m);
  });

  it.each(names)('prints %s as the package has it', async (name) => {
    const file = readFileSync(`${SCHEMAS}/${name}.schema.json`, 'utf8');
    expect(await fireaxe.run(['schema', name])).toEqual({ code: 0, stdout: file, stderr: '' });
  });

  it('names the nearest of an unknown one', async () => {
    const { code, stderr } = await fireaxe.run(['schema', 'playbok']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/no schema "playbok"\n {2}at: NAME\n {2}expected: perhaps playbook; one of kit, /);
  });
});
