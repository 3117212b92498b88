import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exec } from '../../src/actions/exec/action.ts';
import { kubectl } from '../../src/actions/kubectl/action.ts';
import { parseParams } from '../../src/actions/params.ts';
import type { Op } from '../../src/node/types.ts';
import { ArmedNode, WAYS } from './armed-node.ts';
import { text } from './critical.ts';
import { order } from './made-up.ts';
import { type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

/** A machine on which no file can get a block any more; names it still can. */
const FULL = "trap '' XFSZ; ulimit -f 0\n";
const at = (box: Sandbox, path: string) => join(box.root, path);
/** Nothing can be made there: a file is in the folder's place. */
const shut = (box: Sandbox) => box.file('/run/fireaxe', 'not a folder\n');

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('the lock is a link that names its owner', async ({ box }) => {
    const look = `readlink "$FX_LOCK" >"$FX_ROOT/seen"; echo $$ >>"$FX_ROOT/seen"\nsleep 0.4`;
    await box.run(
      text('apply').replace('sleep 0.4', () => look),
      shell,
    );
    const [lock, pid] = readFileSync(at(box, 'seen'), 'utf8').split('\n');
    expect(lock).toMatch(new RegExp(`^${pid} \\d+ r1/s1$`));
    expect(() => lstatSync(at(box, 'run/fireaxe/lock'))).toThrow('ENOENT');
  });

  test('a name that an inode cannot hold is left out of the lock; whoever holds it is known', async ({
    box,
  }) => {
    const short = 'ln() { case $2 in *r1/s1) return 1 ;; esac; command ln "$@"; }\n';
    const waits = text('apply').replace('sleep 0.4', () => 'until [ -e "$FX_ROOT/go" ]; do sleep 0.1; done');
    const first = box.run(short + waits, shell);
    while (!existsSync(at(box, 'in'))) await new Promise((done) => setTimeout(done, 20));
    expect(readlinkSync(at(box, 'run/fireaxe/lock'))).toMatch(/^\d+ \d+$/);
    expect((await box.run(text('receipt'), shell)).result).toMatchObject({ code: 'running' });
    box.file('go', '');
    expect((await first).result).toMatchObject({ state: 'changed' });
  });

  test('an undo leaves its mark, and an order that was on its way still finds itself undone', async ({
    box,
  }) => {
    const late = text('apply', 's1', undefined, 5000);
    expect((await box.run(FULL + text('undo'), shell)).result).toMatchObject({ state: 'already' });
    expect(existsSync(at(box, 'run/fireaxe/r1/s1/undone'))).toBe(true);
    expect((await box.run(late, shell)).result).toMatchObject({ state: 'refused', code: 'undone' });
    expect((await box.run(text('apply'), shell)).result).toMatchObject({ state: 'changed' });
    expect((await box.run(text('undo'), shell)).result).toMatchObject({ state: 'changed' });
  });

  test('where nothing can be made at all, undo goes on and says that it left no receipt; a change is refused', async ({
    box,
  }) => {
    shut(box);
    expect((await box.run(text('undo', 's1', { thing: 'absent' }), shell)).result).toMatchObject({
      state: 'changed',
      data: { receipt: 'none' },
    });
    expect(existsSync(at(box, 'undone'))).toBe(true);
    const { result } = await box.run(text('apply'), shell);
    expect(result).toMatchObject({ state: 'refused', code: 'no-receipt' });
    expect(result?.note).toMatch(/^cannot make .*: (Not a directory|File exists)$/);
  });

  for (const way of WAYS) {
    test(`with no free block: ${way.name} is kept, and undone`, async ({ box }) => {
      const node = new ArmedNode(box, shell, way);
      const apply = await node.order('apply', 'r1');
      expect(apply.result).toMatchObject({ state: 'changed' });
      expect((await node.order('keep', 'r1', { first: FULL })).result).toMatchObject({ state: 'changed' });
      expect((await node.order('keep', 'r1', { first: FULL })).result).toMatchObject({ state: 'already' });
      const undo = await node.order('undo', 'r1', { before: apply, first: FULL });
      expect(undo.result).toMatchObject({ state: 'changed' });
      expect(node.there()).toBe(false);
    });
  }

  test('undo of kubectl puts the object into shared memory for as long as it takes', async ({ box }) => {
    shut(box);
    mkdirSync(at(box, 'dev/shm'), { recursive: true });
    box.file('/etc/kubernetes/admin.conf', 'apiVersion: v1\n');
    mkdirSync(at(box, 'api'));
    box.tool('kubectl', readFileSync(join(import.meta.dirname, 'tools/kubectl.sh'), 'utf8'));
    const params = parseParams(kubectl, { delete: '/apis/apps/v1/namespaces/ns/daemonsets/agent' }, 'params');
    const undo = order(kubectl, 'undo', { params, before: () => ({ object: 'present' }) });
    expect((await box.run(undo, shell, { stdin: '{"kind":"DaemonSet"}' })).result).toMatchObject({
      state: 'changed',
    });
    expect(readFileSync(at(box, 'created'), 'utf8')).toBe('{"kind":"DaemonSet"}\n');
    expect(readdirSync(at(box, 'dev/shm'))).toEqual([]);
  });

  describe('exec', () => {
    const params = (command: string) => ({ params: { command, exits: [0] } });
    const say = (op: Op, box: Sandbox) => order(exec, op, params(`echo x >>${box.root}/ran`));

    test('keeps its receipt in shared memory, and runs once', async ({ box }) => {
      shut(box);
      mkdirSync(at(box, 'dev/shm'), { recursive: true });
      const once = say('apply', box);
      expect((await box.run(once, shell)).result).toMatchObject({
        state: 'changed',
        note: expect.stringContaining('dev/shm/fireaxe-r1-s1'),
      });
      expect(lstatSync(at(box, 'dev/shm/fireaxe-r1-s1')).mode & 0o777).toBe(0o700);
      for (const again of [once, say('apply', box)]) {
        expect((await box.run(again, shell)).result).toMatchObject({
          state: 'changed',
          data: { again: '1' },
        });
      }
      expect((await box.run(say('receipt', box), shell)).result).toMatchObject({ state: 'ok' });
      expect(readFileSync(at(box, 'ran'), 'utf8')).toBe('x\n');
    });

    test('runs once, though its disk has filled up since and another one has room', async ({ box }) => {
      mkdirSync(at(box, 'dev/shm'), { recursive: true });
      await box.run(say('apply', box), shell);
      // What cannot be written any more.
      for (const file of ['room', 'script']) mkdirSync(at(box, `run/fireaxe/r1/s1/${file}`));
      expect((await box.run(say('apply', box), shell)).result).toMatchObject({ data: { again: '1' } });
      expect(readFileSync(at(box, 'ran'), 'utf8')).toBe('x\n');
    });

    test('a link that somebody put there is not followed; where nothing is left it is refused', async ({
      box,
    }) => {
      shut(box);
      for (const place of ['dev/shm', 'tmp', 'elsewhere']) mkdirSync(at(box, place), { recursive: true });
      symlinkSync(at(box, 'elsewhere'), at(box, 'dev/shm/fireaxe-r1-s1'));
      expect((await box.run(say('apply', box), shell)).result).toMatchObject({
        state: 'changed',
        note: expect.stringContaining('/tmp/fireaxe-r1-s1'),
      });
      symlinkSync(at(box, 'elsewhere'), at(box, 'dev/shm/fireaxe-r2-s1'));
      symlinkSync(at(box, 'elsewhere'), at(box, 'tmp/fireaxe-r2-s1'));
      const other = order(exec, 'apply', { ...params(`echo x >>${box.root}/ran`), runId: 'r2' });
      expect((await box.run(other, shell)).result).toMatchObject({ state: 'refused', code: 'no-receipt' });
      expect(readFileSync(at(box, 'ran'), 'utf8')).toBe('x\n');
    });
  });
});
