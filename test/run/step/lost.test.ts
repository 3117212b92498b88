import { describe, expect, it } from 'vitest';
import type { TransportName } from '../../../src/fleet/transports.ts';
import { execute } from '../../../src/run/execute.ts';
import { resumeRun } from '../../../src/run/resume.ts';
import { undoRun } from '../../../src/run/undo/undo.ts';
import { makeOutcome } from '../../../src/transport/outcome.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

/** Takes every order, and nothing is ever heard of it: an SSM agent that hangs. */
function deaf() {
  const asked: string[] = [];
  const transport: Transport = {
    name: 'ssm',
    batches: (targets) => [targets],
    async *run(batch, script) {
      asked.push(/^FX_OP=(\S+)$/m.exec(script.textFor(batch[0]!, 'ssm'))![1]!);
      const reason = { code: 'not-delivered', message: 'no sign of it' } as const;
      for (const { name } of batch) yield makeOutcome({ target: name, via: 'ssm' }, 'unknown', { reason });
    },
    async close() {},
  };
  return { transport, asked };
}

function lab(fate: (op: string, step: string, node: string) => Fate = () => 'ok') {
  const kit = kitOf(3);
  const cluster = kit.clusters.c!;
  cluster.via = ['ssm', 'ssh'];
  cluster.cloud = { region: 'us-west-2' };
  for (const [n, node] of cluster.fleet.nodes.entries()) node.instanceId = `i-${String(n).padStart(17, '0')}`;
  const ssm = deaf();
  const fleet = fakeFleet(fate);
  const transport = async (name: TransportName) => (name === 'ssm' ? ssm.transport : fleet.transport);
  const env = envFor(kit, fleet.transport, { transport });
  const ran = () => [...fleet.nodes.values()].map((node) => [...node.ran.values()]);
  return { kit, ssm, fleet, env, ran };
}

describe('a transport that takes orders and does nothing', () => {
  it('strands no node: the receipt is asked for over the next one, and the order is given there', async () => {
    const { kit, env, ran, ssm } = lab();
    const step = holdStep(kit, 'one', { maxFailures: '0' });
    const verdict = await execute(planOf(kit, [{ name: 'a', steps: [step] }]), env);
    expect(verdict).toMatchObject({ state: 'done', counts: { ok: 3 } });
    expect(ran()).toEqual([[1], [1], [1]]);
    expect(ssm.asked).toEqual(['apply']);
  });

  it('is waited for where the order arrived late and still runs: its end counts, and nothing is given twice', async () => {
    const { kit, env, ran, fleet, ssm } = lab();
    let looks = 0;
    // Each node begins just before its receipt is read, and ends after the second look.
    const ssh: Transport = {
      ...fleet.transport,
      async *run(batch, script, options) {
        for await (const outcome of fleet.transport.run(batch, script, options)) {
          const running = outcome.result?.op === 'receipt' && looks++ < 6;
          if (running) {
            const { receipts, ran } = fleet.nodeOf(outcome.target);
            receipts.set('one', 'done');
            ran.set('one', 1);
            outcome.state = 'failed';
            outcome.result = { fireaxe: 1, op: 'receipt', state: 'interrupted', code: 'running' };
          }
          yield outcome;
        }
      },
    };
    const transport = async (name: TransportName) => (name === 'ssm' ? ssm.transport : ssh);
    const step = holdStep(kit, 'one', { maxFailures: '0' });
    const verdict = await execute(planOf(kit, [{ name: 'a', steps: [step] }]), { ...env, transport });
    expect(verdict).toMatchObject({ state: 'done', counts: { ok: 3 } });
    expect(ran()).toEqual([[1], [1], [1]]);
    expect([...fleet.nodes.values()].map(({ doubled }) => doubled)).toEqual([0, 0, 0]);
  });

  it('does not keep a run from being undone', async () => {
    const { kit, env, fleet } = lab();
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    await undoRun('last', env);
    expect([...fleet.nodes.values()].map(({ undone }) => undone)).toEqual([['one'], ['one'], ['one']]);
  });

  it('is left out of a resume that names others', async () => {
    let dead = true;
    const { kit, env, ran, ssm } = lab(() => (dead ? 'unreachable' : 'ok'));
    const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]);
    expect(await execute(plan, env)).toMatchObject({ counts: { unknown: 3 } });
    dead = false;
    ssm.asked.length = 0;
    expect(await resumeRun('last', { ...env, via: ['ssh'] })).toMatchObject({ counts: { ok: 3 } });
    expect(ran()).toEqual([[1], [1], [1]]);
    expect(ssm.asked).toEqual([]);
  });

  it('is asked last by a resume that names none', async () => {
    let dead = true;
    const { kit, env, ssm } = lab(() => (dead ? 'unreachable' : 'ok'));
    await execute(planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]), env);
    dead = false;
    ssm.asked.length = 0;
    expect(await resumeRun('last', env)).toMatchObject({ counts: { ok: 3 } });
    expect(ssm.asked).toEqual([]);
  });
});
