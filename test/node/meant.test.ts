import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { nodeScript } from '../../src/node/script.ts';
import { madeUp } from './made-up.ts';
import { context, type Sandbox, SHELLS, target } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const touch = madeUp(`
act_look() { FX_STATE=would; }
act_apply() { : >"$FX_ROOT/thing"; }
act_verify() { :; }
act_undo() { rm -f "$FX_ROOT/thing"; }
`);

const ids = Array.from({ length: 1000 }, (_, n) => `i-0${(n * 7919).toString(16).padStart(16, 'a')}`);
const script = nodeScript({
  action: touch,
  op: 'apply',
  params: {},
  runId: 'r1',
  stepId: 's1',
  notAfter: new Date(Date.now() + 600_000),
  deadlineMs: 30_000,
  context: context(),
});
const shared = script.textForAll!(
  ids.map((instanceId, n) => target({ name: `n${n}`, instanceId })),
  'ssm',
);
const did = (box: Sandbox) => existsSync(join(box.root, 'thing'));
const refused = { code: 4, result: { state: 'refused', code: 'wrong-machine' } };

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))(
  'sent to a tag, %s',
  (_name, shell) => {
    test('runs on a node that the order names, by the agent or by its files', async ({ box }) => {
      const env = { AWS_SSM_INSTANCE_ID: ids[777]! };
      expect(await box.run(shared, shell, { env })).toMatchObject({ code: 0, result: { state: 'changed' } });
      box.file('/sys/class/dmi/id/board_asset_tag', `${ids[0]}\n`);
      expect(await box.run(shared, shell)).toMatchObject({ code: 0, result: { state: 'changed' } });
      expect(did(box)).toBe(true);
    });

    test('refuses on any other machine, before anything is written', async ({ box }) => {
      // A part of an id that is named, two ids, and patterns.
      for (const other of ['i-0fedcba9876543210', ids[5]!.slice(0, -1), `${ids[5]} ${ids[6]}`, '*', 'i-*'])
        expect(await box.run(shared, shell, { env: { AWS_SSM_INSTANCE_ID: other } })).toMatchObject(refused);
      box.file('/sys/class/dmi/id/board_asset_tag', 'i-0fedcba9876543210\n');
      box.file('/var/lib/cloud/data/instance-id', `${ids[3]}\n`);
      expect(await box.run(shared, shell)).toMatchObject(refused);
      expect(did(box)).toBe(false);
      expect(existsSync(join(box.root, 'run/fireaxe/r1'))).toBe(false);
    });

    test('believes the agent rather than a file that was copied with the disk', async ({ box }) => {
      box.file('/var/lib/cloud/data/instance-id', `${ids[3]}\n`);
      const env = { AWS_SSM_INSTANCE_ID: 'i-0fedcba9876543210' };
      expect(await box.run(shared, shell, { env })).toMatchObject(refused);
      expect(did(box)).toBe(false);
    });

    test('refuses where the machine cannot tell which it is', async ({ box }) => {
      expect(await box.run(shared, shell)).toMatchObject({
        ...refused,
        result: { ...refused.result, note: 'sent to a tag, and this instance id cannot be told' },
      });
      expect(did(box)).toBe(false);
    });
  },
);

describe('the text for a tag', () => {
  test('is refused for a target without an instance id', () => {
    expect(() => script.textForAll!([target({ instanceId: 'i-0a i-0b' })], 'ssm')).toThrow('no instance id');
    expect(() => script.textForAll!([target()], 'ssm')).toThrow('no instance id');
  });
});
