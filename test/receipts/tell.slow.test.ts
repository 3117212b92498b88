import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Order } from '../../src/node/order.ts';
import { readAllReceipts } from '../../src/receipts/read.ts';
import { madeUp, order } from '../node/made-up.ts';
import { context, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

const change = madeUp(`
act_look() { fx_before thing absent; FX_STATE=would; }
act_apply() { :; }
act_undo() { :; }
`);
const failing = madeUp(`
act_look() { FX_STATE=would; }
act_apply() { fx_fail no-tool 'it failed'; }
`);
const killed = madeUp(`
act_look() { FX_STATE=would; }
act_apply() { kill -9 $$; }
`);

const orderOf = (over: Partial<Order> = {}): Order => ({
  v: 1,
  run: 'r1',
  step: 's1',
  n: 0,
  of: 1,
  action: 'pause',
  params: { component: 'kube-scheduler' },
  digest: 'd',
  cluster: 'c',
  operator: 'alice@laptop',
  reason: 'INC-42 "größe" \'$(x)\'',
  at: '2026-11-20T10:15:00.000Z',
  ...over,
});

const kept = (run: string, over: Partial<Order> = {}) => ({ runId: run, order: orderOf({ run, ...over }) });

async function read(box: Sandbox, shell: string[], via: 'ssh' | 'ssm' = 'ssh') {
  let calls = 0;
  const [reading] = await readAllReceipts(
    {
      now: () => new Date(),
      context: context(),
      async reach(targets, script) {
        calls++;
        const ran = await box.run(script.textFor(targets[0]!, via), shell);
        expect(ran.stderr).toBe('');
        if (via === 'ssm') expect(ran.stdout.length).toBeLessThan(20_000);
        const told = { stdout: ran.stdout, stderr: '', truncated: false, startedAt: '', endedAt: '' };
        return [{ target: 'n1', state: 'ok', ...told, ...(ran.result && { result: ran.result }) }];
      },
    },
    [target()],
  );
  return { ...reading!, calls };
}

describe.concurrent.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test('a node tells of each step, whose it is and what became of it', async ({ box }) => {
    await box.run(order(change, 'apply', kept('r1')), shell);
    await box.run(order(change, 'apply', kept('r2')), shell);
    await box.run(order(change, 'undo', { ...kept('r2'), operator: 'bob smith@desk/2' }), shell);
    await box.run(order(failing, 'apply', kept('r3')), shell);
    await box.run(order(killed, 'apply', kept('r4')), shell);
    const { receipts } = await read(box, shell);
    expect(receipts).toMatchObject([
      { run: 'r1', folder: 's1', state: 'changed', order: orderOf() },
      { run: 'r2', state: 'undone', ended: expect.stringMatching(/Z$/), endedBy: 'bob?smith@desk/2' },
      { run: 'r3', state: 'failed' },
      { run: 'r4', state: 'interrupted' },
    ]);
    expect(Math.abs(Date.parse(receipts[0]!.since!) - Date.now())).toBeLessThan(60_000);
  });

  test('a receipt of an early version, without an order, is told of', async ({ box }) => {
    await box.run(order(change, 'apply'), shell);
    expect(existsSync(join(box.root, 'run/fireaxe/r1/s1/order'))).toBe(false);
    const { receipts } = await read(box, shell);
    expect(receipts).toMatchObject([{ run: 'r1', folder: 's1', state: 'changed' }]);
    expect(receipts[0]!.order).toBeUndefined();
  });

  test('a new order of a step that was undone leaves its own order there', async ({ box }) => {
    await box.run(order(change, 'apply', kept('r1')), shell);
    await box.run(order(change, 'undo', kept('r1')), shell);
    await box.run(order(change, 'apply', kept('r1', { operator: 'bob@desk' })), shell);
    expect((await read(box, shell)).receipts).toMatchObject([
      { state: 'changed', order: { operator: 'bob@desk' } },
    ]);
  });

  test('over SSM more receipts than fit into its output are read page by page', async ({ box }) => {
    await box.run(order(change, 'apply', kept('r1', { reason: 'x'.repeat(1000) })), shell);
    const first = join(box.root, 'run/fireaxe/r1/s1');
    for (let i = 2; i < 40; i++) {
      const folder = join(box.root, `run/fireaxe/r${i}/s1`);
      mkdirSync(folder, { recursive: true });
      for (const file of readdirSync(first)) {
        const text = readFileSync(join(first, file), 'utf8');
        writeFileSync(join(folder, file), text.replaceAll('"r1"', `"r${i}"`));
      }
    }
    const { receipts, calls, why } = await read(box, shell, 'ssm');
    expect(new Set(receipts.map(({ run }) => run)).size).toBe(39);
    expect(receipts.every((receipt) => receipt.order?.run === receipt.run)).toBe(true);
    expect(calls).toBeGreaterThan(2);
    expect(why).toBeUndefined();
  });

  test('a check tells of what others have in force here, and of nothing else', async ({ box }) => {
    await box.run(order(change, 'apply', kept('r1')), shell);
    await box.run(order(change, 'apply', kept('r2')), shell);
    await box.run(order(change, 'undo', kept('r2')), shell);
    await box.run(order(change, 'apply', kept('r3', { noUndo: 'why', operator: 'carol@x' })), shell);
    await box.run(order(change, 'apply', kept('r4', { operator: 'bob@desk' })), shell);
    const asked = async (operator?: string) => {
      const check = order(change, 'check', { runId: 'r9', ...(operator && { operator }) });
      return (await box.run(check, shell)).result?.data;
    };
    expect(await asked('bob@desk')).toEqual({ other_1: 'r1/s1 alice@laptop' });
    expect(await asked('dave@x')).toEqual({ other_1: 'r1/s1 alice@laptop', other_2: 'r4/s1 bob@desk' });
    expect(await asked()).toBeUndefined();
    const refusing = madeUp("act_look() { fx_refuse no-tool 'it is not here'; }\n");
    const refused = await box.run(order(refusing, 'check', { runId: 'r9', operator: 'bob@desk' }), shell);
    expect(refused.result).toMatchObject({ state: 'refused', data: { other_1: 'r1/s1 alice@laptop' } });
  });

  test('reading changes nothing, and needs no receipts', async ({ box }) => {
    expect((await read(box, shell)).receipts).toEqual([]);
    expect(existsSync(join(box.root, 'run/fireaxe'))).toBe(false);
  });

  test('after a reboot a paused manifest still tells whose it is', async ({ box }) => {
    const note = (order: string) =>
      box.file(
        '/etc/kubernetes/fireaxe-paused/.kube-scheduler.yaml.note',
        `r1/s1\nscheduler\nin /etc/kubernetes/manifests/kube-scheduler.yaml\n${order}`,
      );
    box.file('/etc/kubernetes/fireaxe-paused/kube-scheduler.yaml', 'kind: Pod\n');
    note('');
    expect((await read(box, shell)).receipts).toEqual([
      { run: 'r1', folder: 's1', state: 'changed', kept: true },
    ]);
    note(`${JSON.stringify(orderOf({ reason: 'INC-42' }))}\n`);
    expect((await read(box, shell)).receipts).toMatchObject([
      { run: 'r1', state: 'changed', kept: true, order: { operator: 'alice@laptop' } },
    ]);
    rmSync(join(box.root, 'etc/kubernetes/fireaxe-paused/kube-scheduler.yaml'));
    expect((await read(box, shell)).receipts).toEqual([]);
  });
});
