import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/base/canonical.ts';
import { planActionStep } from '../../../src/plan/draft.ts';
import { execute } from '../../../src/run/execute.ts';
import { sealRecord } from '../../../src/run/journal/chain.ts';
import { journalPath } from '../../../src/run/journal/run-order.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { JournalBody, RunEnv } from '../../../src/run/types.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { asIfKilled } from '../as-if-killed.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const DRAFT = { place: 'test', maxFailures: '100%' };

/** A run that holds something on this many nodes, and the environment to undo it in; sleeps are recorded. */
async function held(size: number, action: string, fate: (op: string, node: string) => Fate = () => 'ok') {
  const kit = kitOf(size);
  const targets = kit.clusters.c!.fleet.nodes.map((n) => n.name);
  const params: Record<string, unknown> = action === 'stop' ? { process: 'agent' } : {};
  const request = { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} };
  const step = planActionStep({ ...DRAFT, id: 'one', action, params, targets }, request);
  const fleet = fakeFleet((op, _step, node) => fate(op, node));
  const story: string[] = [];
  const env = envFor(kit, fleet.transport, {
    sleep: async (ms) => void story.push(`sleep ${ms}`),
    onEvent: (e) => void (e.kind === 'wave' && story.push(`wave of ${e.size}`)),
  });
  await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env);
  story.length = 0;
  const back = () => [...fleet.nodes.values()].filter((n) => n.undone.length > 0).length;
  return { fleet, env, story, back };
}

/** What the API serves: half of it is the server's own. */
const SERVED = {
  kind: 'DaemonSet',
  metadata: {
    name: 'd',
    namespace: 'ns',
    labels: { a: 'b' },
    resourceVersion: '12',
    uid: 'u',
    generation: 2,
  },
  spec: { x: 1 },
  status: { numberReady: 3 },
};

/** Deletes an object that the API serves and undoes it: what was asked of the node, and what was sent back to it. */
async function deleted(
  served: string | ((fetched: number) => string),
  meanwhile: (saved: string) => void = () => {},
  fate: (op: string, asked: number) => Fate = () => 'ok',
) {
  const kit = kitOf(1);
  const asked = (op: string) => ops.filter((one) => one === op).length;
  const fleet = fakeFleet((op) => fate(op, asked(op)));
  const sent: string[] = [];
  const ops: string[] = [];
  const transport: Transport = {
    ...fleet.transport,
    async *run(batch, script, options) {
      const op = /^FX_OP=(\S+)$/m.exec(script.textFor(batch[0]!, 'ssh'))![1];
      ops.push(op!);
      if (op === 'undo') sent.push(Buffer.from(script.secret!).toString());
      for await (const outcome of fleet.transport.run(batch, script, options))
        yield {
          ...outcome,
          ...(op === 'fetch' && { stdout: typeof served === 'string' ? served : served(asked(op)) }),
        };
    },
  };
  const params = { delete: '/apis/apps/v1/namespaces/ns/daemonsets/d' };
  const request = { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} };
  const step = planActionStep({ ...DRAFT, id: 'one', action: 'kubectl', params, targets: ['n1'] }, request);
  const env = envFor(kit, transport);
  const end = await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env);
  meanwhile(join(env.stateDir, end.runId, 'saved/one/n1'));
  if (end.state !== 'done' && end.state !== 'guard') await resumeRun('last', env);
  const undone = await undoRun('last', env).catch((error) => error);
  return { sent, ops, end, undone };
}

describe('the undo of a deletion', () => {
  it('is the saved object, without what the server alone may set', async () => {
    const { sent, undone } = await deleted(JSON.stringify(SERVED));
    expect(undone).toMatchObject({ state: 'done' });
    expect(sent.map((text) => JSON.parse(text))).toEqual([
      { kind: 'DaemonSet', metadata: { name: 'd', namespace: 'ns', labels: { a: 'b' } }, spec: { x: 1 } },
    ]);
  });

  it('is the first one saved, also where the order was sent again by a resume', async () => {
    const { sent, ops } = await deleted(
      (fetched) => (fetched === 1 ? JSON.stringify(SERVED) : ''),
      () => {},
      (op, asked) => (op === 'apply' && asked === 1 ? 'lost-before' : 'ok'),
    );
    expect(ops.filter((op) => op === 'apply' || op === 'fetch')).toEqual(['fetch', 'apply', 'apply']);
    expect(sent.map((text) => JSON.parse(text).spec)).toEqual([{ x: 1 }]);
  });

  it('must be there before anything is deleted', async () => {
    const { ops, end } = await deleted('<html>a proxy</html>');
    expect(end).toMatchObject({ state: 'guard', counts: { 'not-attempted': 1 } });
    expect(ops).toEqual(['fetch']);
  });

  it.each<[string, (saved: string) => void, RegExp]>([
    [
      'was changed',
      (saved) => writeFileSync(saved, JSON.stringify({ ...SERVED, spec: { x: 2 } })),
      /the change was changed/,
    ],
    ['is missing', (saved) => rmSync(saved), /the change is missing/],
  ])('refuses the saved object where it %s', async (_what, meanwhile, why) => {
    const { sent, undone } = await deleted(JSON.stringify(SERVED), meanwhile);
    expect(undone).toMatchObject({ kind: 'guard', message: expect.stringMatching(why) });
    expect(sent).toEqual([]);
  });
});

describe('the pace of an undo', () => {
  it('of kubelets: one first, then a tenth at a time, with time to settle between', async () => {
    const { env, story, back } = await held(25, 'shrink');
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 25 } });
    const wave = ['sleep 10000', 'wave of 3'];
    expect(story).toEqual(['wave of 1', ...Array.from({ length: 8 }, () => wave).flat()]);
    expect(back()).toBe(25);
  });

  it('with a reason of its own, kept in the journal', async () => {
    const { env } = await held(1, 'stop');
    const { runId } = await undoRun('last', { ...env, reason: 'INC-7 over' });
    const { records } = await readRun(env.stateDir, runId);
    expect(records.filter((r) => r.kind === 'operator')).toMatchObject([
      { what: 'undo', text: 'INC-7 over' },
    ]);
  });

  it('of all else: at once; either as it is said', async () => {
    const stop = await held(5, 'stop');
    await undoRun('last', stop.env);
    expect(stop.story).toEqual(['wave of 5']);
    const paced = await held(5, 'stop');
    await undoRun('last', paced.env, { pace: { canary: '1', wave: '2', pauseMs: 7 } });
    expect(paced.story).toEqual(['wave of 1', 'sleep 7', 'wave of 2', 'sleep 7', 'wave of 2']);
    const hasty = await held(5, 'shrink');
    await undoRun('last', hasty.env, { pace: { canary: '0', wave: '100%', pauseMs: 0 } });
    expect(hasty.story).toEqual(['wave of 5']);
  });

  it('stops at a canary that fails, and continues from there', async () => {
    let bad = true;
    const { env, back } = await held(4, 'shrink', (op, node) =>
      bad && op === 'undo' && node === 'n1' ? 'lost-before' : 'ok',
    );
    const first = await undoRun('last', env);
    expect(first).toMatchObject({
      state: 'guard',
      planned: 4,
      counts: { unknown: 1, 'not-attempted': 3 },
      next: `fireaxe undo ${first.runId}`,
    });
    bad = false;
    expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 4, counts: { ok: 4 } });
    expect(back()).toBe(4);
  });

  it('does not stop at dead machines, not even in the canary, unless fewer failures are allowed', async () => {
    const dead = (op: string, node: string): Fate =>
      op === 'undo' && ['n1', 'n3'].includes(node) ? 'unreachable' : 'ok';
    const { env, back } = await held(6, 'shrink', dead);
    expect(await undoRun('last', env)).toMatchObject({ state: 'failed', counts: { ok: 4, unreachable: 2 } });
    expect(back()).toBe(4);
    const strict = await held(6, 'shrink', dead);
    expect(await undoRun('last', strict.env, { pace: { maxFailures: '1' } })).toMatchObject({
      state: 'guard',
      counts: { ok: 1, unreachable: 2, 'not-attempted': 3 },
    });
  });

  it('does not go on after an interrupt in the pause', async () => {
    const { env, back } = await held(6, 'shrink');
    const stop = new AbortController();
    const interrupted: RunEnv = { ...env, stop: stop.signal, sleep: async () => stop.abort() };
    const verdict = await undoRun('last', interrupted);
    expect(verdict).toMatchObject({ state: 'interrupted', counts: { ok: 1, 'not-attempted': 5 } });
    expect(back()).toBe(1);
  });
});

it('an undo that was killed is ended by another: what is back already is left alone', async () => {
  let sent = 0;
  const { fleet, env } = await held(6, 'shrink', (op) => (op === 'undo' && ++sent === 4 ? 'crash' : 'ok'));
  void undoRun('last', env).catch(() => {});
  const undone = async () => (await readRun(env.stateDir, 'last')).records.filter((r) => r.kind === 'undone');
  await fleet.crashed;
  await expect.poll(async () => (await undone()).length).toBe(3);
  const { runId } = await readRun(env.stateDir, 'last');
  asIfKilled(journalPath(env.stateDir, runId));
  const fresh = fakeFleet();
  for (const [name, node] of fleet.nodes) fresh.nodes.set(name, node);
  const verdict = await undoRun('last', { ...env, transport: async () => fresh.transport });
  expect(verdict).toMatchObject({ state: 'done', planned: 3, counts: { ok: 3 } });
  for (const node of fleet.nodes.values()) expect(node.undone).toEqual(['one']);
});

it('an undo is later than its order, also where the clock was set back between them', async () => {
  const kit = kitOf(2);
  let now = Date.now();
  const ends: number[] = [];
  const { transport } = fakeFleet();
  const noting: Transport = {
    ...transport,
    run(batch, script, options) {
      ends.push(Number(/^FX_SENT=(\d+)$/m.exec(script.textFor(batch[0]!, 'ssh'))![1]));
      return transport.run(batch, script, options);
    },
  };
  const env = envFor(kit, noting, { now: () => new Date(now) });
  await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
  now -= 720_000;
  await undoRun('last', env);
  const [applied, undone] = [ends.slice(0, 2), ends.slice(2)];
  expect(undone).toHaveLength(2);
  expect(Math.min(...undone)).toBeGreaterThan(Math.max(...applied));
});

it('each launch has its own time: a late wave is not late for its nodes', async () => {
  const kit = kitOf(4);
  let now = Date.now();
  const spare: number[] = [];
  const { transport } = fakeFleet();
  const slow: Transport = {
    ...transport,
    run(batch, script, options) {
      const end = /^FX_NOT_AFTER=(\d+)$/m.exec(script.textFor(batch[0]!, 'ssh'))![1]!;
      spare.push(Number(end) - Math.floor(now / 1000));
      now += 100_000;
      return transport.run(batch, script, options);
    },
  };
  const env = envFor(kit, slow, { now: () => new Date(now) });
  const step = { ...holdStep(kit, 'one'), waves: [1, 1, 1, 1] };
  await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env);
  await undoRun('last', env, { pace: { wave: '1' } });
  expect(spare).toHaveLength(8);
  expect(Math.min(...spare)).toBeGreaterThan(100);
});

it('a run that two writers wrote is undone by what both know, once', async () => {
  const { fleet, env } = await held(4, 'shrink');
  const { runId } = await readRun(env.stateDir, 'last');
  const path = journalPath(env.stateDir, runId);
  asIfKilled(path);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const from = Math.floor(lines.length / 2);
  const body: JournalBody = { kind: 'operator', what: 'resume', operator: 'bob@laptop' };
  const other = sealRecord(body, from, new Date(), sha256(lines[from - 1]!)).line;
  writeFileSync(
    path,
    `${lines.slice(0, from + 1).join('\n')}\n${other}\n${lines.slice(from + 1).join('\n')}\n`,
  );
  await expect(resumeRun('last', env)).rejects.toMatchObject({
    kind: 'guard',
    message: expect.stringContaining('two writers'),
  });
  const before = readFileSync(path, 'utf8');
  expect(await undoRun('last', env)).toMatchObject({ state: 'done', counts: { ok: 4 } });
  for (const node of fleet.nodes.values()) expect(node.undone).toEqual(['one']);
  expect(await undoRun('last', env)).toMatchObject({ state: 'done', planned: 0 });
  // What both wrote stays as it is.
  expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
});
