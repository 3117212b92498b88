import { describe, expect, it } from 'vitest';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';
import { execute } from '../../src/run/execute.ts';
import type { Transport } from '../../src/transport/types.ts';
import { envFor, type Fate, fakeFleet, kitOf } from '../run/fake-fleet.ts';

const PARAMS = {
  process: 'agent',
  namespace: 'ns',
  daemonset: 'agent',
  'pod-selector': 'app=agent',
  'instance-type': 'm6i.8xlarge',
  batch: '50%',
  'gate-for': '0s',
};
const READING = { livez: 'ok', readyz: 'ok', requests: '9', errors: '0', startedAt: '1', leasesOf: '4' };

/** The shipped recovery on a control plane that answers, of which `fresh` of 4 leases are fresh. */
async function recovery(fate: (op: string, step: string) => Fate, params: object = {}, fresh = 4) {
  const kit = kitOf(5);
  const cluster = kit.clusters.c!;
  cluster.fleet.nodes[0]!.roles = ['control-plane'];
  const story: string[] = [];
  const fleet = fakeFleet((op, step) => {
    if (['apply', 'undo'].includes(op)) story.push(op === 'undo' ? `undo ${step}` : step);
    return fate(op, step);
  });
  const transport: Transport = {
    ...fleet.transport,
    async *run(batch, script, options) {
      const text = script.textFor(batch[0]!, 'ssh');
      for await (const outcome of fleet.transport.run(batch, script, options)) {
        if (/^FX_OP=fetch$/m.test(text)) outcome.stdout = '{"kind":"DaemonSet","metadata":{"name":"agent"}}';
        if (outcome.result && /^FX_STEP=probe$/m.test(text))
          outcome.result.data = { ...READING, leasesFresh: String(fresh) };
        if (outcome.result && /^FX_STEP=pods-left$/m.test(text)) {
          outcome.stdout = '0\n';
          outcome.result.data = { left: '0' };
        }
        yield outcome;
      }
    },
  };
  let clock = Date.now();
  const env = envFor(kit, transport, {
    now: () => new Date(clock),
    sleep: async (ms) => {
      clock += ms;
    },
  });
  const playbook = await loadPlaybook('control-plane-lockout', { playbooks: {} });
  const request = { kit, cluster, reason: 'test', now: env.now(), overrides: {} };
  const plan = compilePlaybook(playbook, { ...request, params: { ...PARAMS, ...params } });
  const verdict = await execute(plan, env);
  const once = [...new Set(story)];
  return { story: once, ended: (name: string) => verdict.workstreams.find((w) => w.name === name) };
}

describe('the shipped recovery', () => {
  it('pauses before it fences, and gives back last of what it fenced with', async () => {
    const { story } = await recovery(() => 'ok');
    const order = [
      'pause',
      'fence',
      'remove',
      'readmit.1',
      'readmit.2',
      'undo fence',
      'undo pause',
      'undo hold',
    ];
    expect(story.filter((step) => order.includes(step))).toEqual(order);
  });

  it('goes on without a fence where the controller-manager cannot be paused', async () => {
    const { story, ended } = await recovery((_op, step) => (step === 'pause' ? 'fails' : 'ok'));
    expect(ended('controllers')).toMatchObject({ state: 'failed', why: expect.stringContaining('pause: ') });
    expect(ended('no-clients')).toMatchObject({ state: 'skipped', why: 'controllers did not succeed' });
    expect(story).not.toContain('fence');
    expect(story).toContain('remove');
    expect(ended('return')?.state).toBe('done');
  });

  it('does not give the controller-manager back while leases are stale', async () => {
    const { story, ended } = await recovery(() => 'ok', {}, 2);
    expect(story).toContain('undo fence');
    expect(story).not.toContain('undo pause');
    expect(ended('return')).toMatchObject({ why: expect.stringContaining('2/4 leases fresh (4 needed)') });
  });

  it('pauses nothing where it is told not to', async () => {
    const { story, ended } = await recovery(() => 'ok', { 'pause-controllers': 'false' });
    expect(story).toContain('undo fence');
    expect(story.join()).not.toContain('pause');
    expect(ended('controllers')?.state).toBe('done');
  });
});
