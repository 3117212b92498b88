import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHIPPED } from '../../src/playbook/shipped.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

describe('fireaxe playbooks', () => {
  let fireaxe: InProcess;
  let kit: string;
  withKit(InProcess, (made) => ({ fireaxe, kit } = made));

  it('lists those built in without a kit, each with the parameters that have no default', async () => {
    const { code, stdout, stderr } = await fireaxe.run(['playbooks', 'list']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shed-load +built in +process +Fewer/m);
    expect(stderr).toContain('no playbooks of a kit');
    expect((await fireaxe.run(['playbooks', 'list', '--kit', '/none'])).code).toBe(2);
  });

  it('lists those of the kit, the broken ones too, and prefers them', async () => {
    mkdirSync(join(kit, 'playbooks'));
    writeFileSync(
      join(kit, 'playbooks/shed-load.yaml'),
      SHIPPED['shed-load']!.replace(/^title: .*$/m, 'title: Ours'),
    );
    writeFileSync(join(kit, 'playbooks/broken.yaml'), 'schemaVersion: 1\n');
    const { code, stdout, stderr } = await fireaxe.run(['playbooks', 'list', '-o', 'json'], { kit });
    const { playbooks } = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(stderr).toContain('warning: broken: ');
    const own = playbooks.find(({ name }: { name: string }) => name === 'shed-load');
    expect(own).toMatchObject({ title: 'Ours', from: join(kit, 'playbooks/shed-load.yaml') });
    expect(own.parameters).toContainEqual(expect.objectContaining({ name: 'process' }));
    rmSync(join(kit, 'playbooks'), { recursive: true });
  });

  it('shows one as it is written', async () => {
    const { stdout } = await fireaxe.run(['playbooks', 'show', 'throttle-offender'], { kit });
    expect(stdout).toBe(SHIPPED['throttle-offender']);
  });

  it('checks one, and tells a mistake with its place', async () => {
    const file = join(fireaxe.directory, 'own.yaml');
    writeFileSync(file, SHIPPED['shed-load']!);
    expect(await fireaxe.run(['playbooks', 'check', file])).toMatchObject({
      code: 0,
      stdout: 'shed-load: valid: workstreams 1, steps 1, parameters 3\n',
    });
    writeFileSync(file, SHIPPED['shed-load']!.replace('action: stop', 'action: stpo'));
    const { code, stderr } = await fireaxe.run(['playbooks', 'check', file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/unknown action stpo\n {2}at: .*own\.yaml:\d+:\d+\n {2}expected: perhaps stop/);
  });
});
