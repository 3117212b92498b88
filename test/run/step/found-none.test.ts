import { describe, expect, it } from 'vitest';
import { bindStep } from '../../../src/plan/bound.ts';
import type { Plan } from '../../../src/plan/types.ts';
import { execute } from '../../../src/run/execute.ts';
import { readRun } from '../../../src/run/journal/store.ts';
import { foundNone } from '../../../src/run/step/found-none.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

const SAID = 'no process named agent on any of 3 nodes; the nearest running name is agend, on 3 nodes';

async function held(fate: (node: string) => Fate, more: Partial<Plan> = {}) {
  const kit = kitOf(3);
  const fleet = fakeFleet((_op, step, node) => (step === 'one' ? fate(node) : 'ok'));
  const env = envFor(kit, fleet.transport);
  const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one'), holdStep(kit, 'two')] }]);
  const verdict = await execute({ ...plan, ...more }, env);
  const { records } = await readRun(env.stateDir, 'last');
  return { verdict, step: records.findLast((r) => r.kind === 'step' && r.step === 'one') };
}

describe('a hold of what nobody has', () => {
  it('is a failure that names what runs instead, one verdict for step, workstream and run', async () => {
    const { verdict, step } = await held(() => 'none');
    expect(step).toMatchObject({ state: 'failed', why: expect.stringContaining(SAID) });
    expect(verdict).toMatchObject({
      state: 'failed',
      workstreams: [{ state: 'failed', why: expect.stringContaining(SAID) }],
    });
  });

  it('says nothing where any node has it', async () => {
    const { verdict, step } = await held((node) => (node === 'n2' ? 'ok' : 'none'));
    expect(verdict.state).toBe('done');
    expect(step).not.toHaveProperty('why');
  });

  it('in a playbook is told and keeps nothing from going on: it may come later', async () => {
    const { verdict, step } = await held(() => 'none', { playbook: { name: 'p', sha256: '0' } });
    expect(verdict).toMatchObject({ state: 'done', workstreams: [{ why: expect.stringContaining(SAID) }] });
    expect(step).toMatchObject({ state: 'done', why: expect.stringContaining(SAID) });
  });

  it('says nothing where a node found it and failed', async () => {
    const { step } = await held((node) => (node === 'n1' ? 'fails' : 'none'));
    expect(step).toMatchObject({ why: expect.not.stringContaining('no process') });
  });

  it('counts the nodes that answered alone', async () => {
    const { verdict } = await held((node) => (node === 'n1' ? 'unreachable' : 'none'));
    expect(verdict.workstreams[0]!.why).toContain('no process named agent on any of 2 nodes');
  });
});

describe('what was not found, in words', () => {
  const at = new Date().toISOString();
  const words = (action: string, params: Record<string, unknown>, data = {}, result = {}) =>
    foundNone(bindStep({ ...holdStep(kitOf(1), 's'), action, params })!, [
      {
        ...{
          target: 'n1',
          state: 'ok',
          stdout: '',
          stderr: '',
          truncated: false,
          startedAt: at,
          endedAt: at,
        },
        result: { fireaxe: 1, op: 'apply', state: 'changed', data: { found: '0', ...data }, ...result },
      },
    ]);

  it.each([
    ['stop', { process: 'x' }, /^no process named x on the node; the hold waits/],
    ['stop', { cmdline: '/opt/x -a' }, /^no processes with the command line "\/opt\/x -a" on the node/],
    ['stop', { user: 'app' }, /^no processes of user app on the node/],
    ['stop', { cgroup: 'a.slice' }, /^no processes in cgroup a.slice on the node/],
    ['stop', { pods: 'ns/app=x' }, /^no pods ns\/app=x on the node/],
    ['shrink', { kubelet: 'none', process: 'x' }, /^no process named x on the node/],
  ])('%s %j', (action, params, said) => {
    expect(words(action, params)).toMatch(said);
  });

  it('a name that is longer than the kernel keeps has its nearest too', () => {
    const typed = { process: 'telemetry-agnt-collector' };
    expect(words('stop', typed, { names: 'sshd telemetry-agent telemetry-agen' })).toContain(
      'the nearest running name is telemetry-agen',
    );
  });

  it('an object that was not there to be deleted', () => {
    const path = '/apis/apps/v1/namespaces/ns/daemonsets/x';
    const absent = { state: 'already', before: { object: 'absent' } };
    expect(words('kubectl', { delete: path }, {}, absent)).toMatch(/does not exist: nothing was deleted$/);
    expect(words('kubectl', { delete: path })).toBeUndefined();
  });

  it('nothing where a unit was held, or where a node says nothing of it', () => {
    expect(words('shrink', { process: 'x' })).toBeUndefined();
    expect(words('stop', { process: 'x' }, { found: '1' })).toBeUndefined();
  });
});
