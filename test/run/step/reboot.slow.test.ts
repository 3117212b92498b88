import { describe, expect, it } from 'vitest';
import type { Kit } from '../../../src/kit/types.ts';
import { planActionStep } from '../../../src/plan/draft.ts';
import { execute } from '../../../src/run/execute.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import type { RunEnv } from '../../../src/run/types.ts';
import { makeOutcome } from '../../../src/transport/outcome.ts';
import type { Outcome, Transport } from '../../../src/transport/types.ts';
import { envFor, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const A = '11111111-1111-4111-8111-111111111111.25';
const B = '22222222-2222-4222-8222-222222222222.25';

const execStep = (kit: Kit) =>
  planActionStep(
    { id: 'exec', action: 'exec', params: { command: 'reboot' }, targets: ['n1'], place: 'test' },
    { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} },
  );

/** One node whose answers are lost, and that has no receipt afterwards. */
function node(heard: string | undefined) {
  const self = { boot: A, upSince: 0, applied: 0, data: () => ({}) as Record<string, string> };
  const transport: Transport = {
    name: 'ssh',
    batches: (targets) => targets.map((t) => [t]),
    async *run([target], script) {
      const op = /^FX_OP=(\S+)$/m.exec(script.textFor(target!, 'ssh'))![1]!;
      const at = new Date().toISOString();
      const base: Outcome = {
        target: target!.name,
        state: 'unknown',
        stdout: '',
        stderr: '',
        truncated: false,
        startedAt: at,
        endedAt: at,
        reason: { code: 'connection-lost', message: 'lost' },
      };
      if (op === 'receipt') {
        const { reason: _, ...rest } = base;
        yield {
          ...rest,
          state: 'failed',
          result: { fireaxe: 1, op, state: 'absent', data: self.data() },
        };
        return;
      }
      self.applied++;
      yield { ...base, ...(heard !== undefined && { boot: heard }) };
    },
    async close() {},
  };
  return { self, transport };
}

async function lostThenResumed(of: {
  heard?: string;
  data: Record<string, string>;
  step?: (kit: Kit) => ReturnType<typeof execStep>;
  /** Of the operator's machine, between the run and its resume. */
  clockSeconds?: number;
  uptimeSeconds?: number;
}) {
  const kit = kitOf(1);
  const { self, transport } = node(of.heard);
  const passed = { clock: 0, up: 0 };
  const started = Date.now();
  const env: RunEnv = envFor(kit, transport, {
    now: () => new Date(started + passed.clock * 1000),
    uptime: () => 1000 + passed.up,
  });
  const plan = planOf(kit, [{ name: 'a', steps: [(of.step ?? execStep)(kit)] }]);
  // The node cannot be asked at once: it is booting.
  let booting = true;
  const asked: Transport = {
    ...transport,
    async *run(batch, script, options) {
      for await (const outcome of transport.run(batch, script, options))
        yield booting && outcome.result
          ? { ...outcome, state: 'unreachable', result: undefined as never }
          : outcome;
    },
  };
  const first = await execute(plan, { ...env, transport: async () => asked });
  expect(first).toMatchObject({
    state: expect.stringMatching(/^(failed|partial)$/),
    counts: { unknown: 1 },
    next: expect.stringContaining('resume'),
  });
  booting = false;
  self.data = () => of.data;
  passed.clock = of.clockSeconds ?? 60;
  passed.up = of.uptimeSeconds ?? 60;
  const resumed = await resumeRun('last', env);
  const { records } = await readRun(env.stateDir, 'last');
  const last = records.findLast((r) => r.kind === 'outcome' && r.op === 'apply');
  const outcome = last?.kind === 'outcome' ? last.outcome : undefined;
  return { applied: self.applied, resumed, outcome, env };
}

describe('exec on a node that was rebooted since', () => {
  it('is not run again: its outcome is unknown, and both boots are named', async () => {
    const { applied, resumed, outcome, env } = await lostThenResumed({
      heard: A,
      data: { boot: B, up: '20' },
    });
    expect(applied).toBe(1);
    expect(resumed).toMatchObject({
      state: 'failed',
      counts: { unknown: 1 },
      next: expect.stringContaining('timeline'),
    });
    expect(outcome).toMatchObject({
      state: 'unknown',
      boot: A,
      reason: {
        code: 'rebooted',
        message: expect.stringContaining(`boot ${A} at the launch, ${B} now`),
        next: expect.stringContaining('fireaxe exec -c c --nodes n1'),
      },
    });
    // Nothing more will ever be known; nobody is asked again.
    expect(await resumeRun('last', env)).toMatchObject({ state: 'failed', counts: { unknown: 1 } });
  });

  it('is run where the node is still in the boot of the launch and knows nothing of it', async () => {
    expect((await lostThenResumed({ heard: A, data: { boot: A, up: '20' } })).applied).toBe(2);
  });

  it('is not run again where nobody heard the boot of the launch, and the node is younger than the order', async () => {
    const { applied, outcome } = await lostThenResumed({ data: { boot: B, up: '20' } });
    expect({ applied, why: outcome?.reason?.message }).toEqual({
      applied: 1,
      why: expect.stringContaining(`booted 20 s ago (boot ${B}), and the order was sent 60 s ago`),
    });
    expect((await lostThenResumed({ data: { boot: B, up: '90000' } })).applied).toBe(2);
  });

  it('is not run again because the clock of the operator was set back in the meantime', async () => {
    const set = { data: { boot: B, up: '20' }, clockSeconds: -3600, uptimeSeconds: 60 };
    expect((await lostThenResumed(set)).applied).toBe(1);
    // Nor because the operator's machine was rebooted as well.
    const booted = { data: { boot: B, up: '20' }, clockSeconds: 60, uptimeSeconds: -900 };
    expect((await lostThenResumed(booted)).applied).toBe(1);
  });

  it('is not run again where the node tells nothing of its boot', async () => {
    expect((await lostThenResumed({ heard: A, data: {} })).applied).toBe(1);
    expect((await lostThenResumed({ data: { up: 'x' } })).applied).toBe(1);
  });
});

it('what can be applied again is, in the new boot', async () => {
  const step = (kit: Kit) => holdStep(kit, 'one');
  expect((await lostThenResumed({ heard: A, data: { boot: B, up: '20' }, step })).applied).toBe(2);
});

/** A run of `exec` whose first order SSM lost for this reason; SSH reaches the node. */
async function lostBySsm(
  code: 'answer-lost' | 'not-accepted',
  data: (applied: number) => Record<string, string>,
) {
  const kit = kitOf(1);
  const cluster = kit.clusters.c!;
  cluster.via = ['ssm', 'ssh'];
  cluster.cloud = { region: 'us-west-2' };
  cluster.fleet.nodes[0]!.instanceId = `i-${'0'.repeat(17)}`;
  const { self, transport } = node(A);
  const ssh: Transport = {
    ...transport,
    async *run(batch, script, options) {
      for await (const outcome of transport.run(batch, script, options)) yield { ...outcome, via: 'ssh' };
    },
  };
  self.data = () => data(self.applied);
  const reason = { code, message: 'the answer was lost' } as const;
  const ssm: Transport = {
    name: 'ssm',
    batches: (targets) => [targets],
    async *run(batch) {
      for (const { name } of batch) yield makeOutcome({ target: name, via: 'ssm' }, 'unknown', { reason });
    },
    async close() {},
  };
  const env = envFor(kit, transport, { transport: async (name) => (name === 'ssm' ? ssm : ssh) });
  const verdict = await execute(planOf(kit, [{ name: 'a', steps: [execStep(kit)] }]), env);
  return { applied: self.applied, counts: verdict.counts };
}

/** The node reboots as the command asks it to. */
const reboots = (applied: number) => (applied > 0 ? { boot: B, up: '0' } : { boot: A, up: '90000' });
const tellsNothing = () => ({}) as Record<string, string>;

it.each(['answer-lost', 'not-accepted'] as const)(
  'exec is not run again in a run whose second order rebooted the node, although SSM never took the first: %s',
  async (code) => {
    expect(await lostBySsm(code, reboots)).toMatchObject({ applied: 1, counts: { unknown: 1 } });
  },
);

it('exec on a node that does not tell its boot is given again only if SSM lists no such command', async () => {
  expect(await lostBySsm('not-accepted', tellsNothing)).toMatchObject({ applied: 1 });
  expect(await lostBySsm('answer-lost', tellsNothing)).toMatchObject({ applied: 0, counts: { unknown: 1 } });
});
