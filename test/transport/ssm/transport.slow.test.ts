import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeScript, TransportOptions } from '../../../src/transport/types.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { type Harness, harness, resultLine, script, statesOf, target } from './harness.ts';

let h: Harness;
afterEach(() => h.close());

const calls = (operation: string) => h.endpoint.calls[operation] ?? 0;

describe('the SSM transport', () => {
  it('runs on many nodes with few calls and one outcome each', async () => {
    h = await harness(120);
    const launched: string[] = [];
    const onEvent: TransportOptions['onEvent'] = (e) => {
      if (e.phase === 'launched') launched.push(e.target);
    };
    const outcomes = await h.run({ onEvent });
    expect(outcomes).toHaveLength(120);
    expect(new Set(outcomes.map((o) => o.state))).toEqual(new Set(['ok']));
    expect(outcomes[0]).toMatchObject({ stdout: instanceId(0), exitCode: 0, via: 'ssm' });
    expect(outcomes[0]?.result?.state).toBe('changed');
    expect(launched).toHaveLength(120);
    expect(h.world.ran).toHaveLength(120);
    expect(calls('SendCommand')).toBe(3);
    expect(calls('GetCommandInvocation')).toBe(0);
    expect(calls('ListCommands') + calls('ListCommandInvocations')).toBeLessThan(24);
  });

  it('shares one client, and with it the poller, among commands that run side by side', async () => {
    h = await harness(100);
    const [a, b] = [h.targets.slice(0, 50), h.targets.slice(50)];
    const both = await Promise.all([h.run({}, script, a), h.run({}, script, b)]);
    expect(both.flat().filter((outcome) => outcome.state === 'ok')).toHaveLength(100);
    expect(h.clients()).toBe(1);
  });

  it('sets both timeouts, and lets no failure end the rest', async () => {
    h = await harness(50);
    h.world.answer = (id) => ({
      code: id === instanceId(7) ? 0 : 3,
      stdout: resultLine(id === instanceId(7) ? 'ok' : 'failed'),
      stderr: '',
    });
    const outcomes = await h.run({ connectMs: 5000, runMs: 9000 });
    expect(h.world.ran).toHaveLength(50);
    expect(outcomes.filter((o) => o.state === 'failed')).toHaveLength(49);
    expect(statesOf(outcomes).n7).toBe('ok');
    const sent = JSON.parse(h.endpoint.bodies[0]!);
    expect(sent).toMatchObject({
      TimeoutSeconds: 30,
      MaxErrors: '50',
      Parameters: { executionTimeout: ['14'] },
    });
    expect(sent.Comment).toMatch(/^fireaxe run-1 step apply c0ffee0123456789\.[0-9a-f]{8}$/);
  });

  it('groups by text and by account', async () => {
    h = await harness(6);
    const own: NodeScript = { ...script, textFor: (t) => (t.name === 'n5' ? 'b' : 'a') };
    const targets = h.targets.map((t, n) => (n === 0 ? { ...t, cloud: { region: 'eu-north-1' } } : t));
    const batches = h.transport.batches(targets, own).map((batch) => batch.map((t) => t.name));
    expect(batches).toEqual([['n0'], ['n1', 'n2', 'n3', 'n4'], ['n5']]);
  });

  it('never sends a secret', async () => {
    h = await harness(3);
    const secret = new TextEncoder().encode('canary-7731');
    const outcomes = await h.run({}, { ...script, secret });
    expect(outcomes.map((o) => [o.state, o.reason?.code])).toEqual(
      Array.from({ length: 3 }, () => ['unreachable', 'secret-over-ssm']),
    );
    expect(h.endpoint.bodies.join()).not.toContain('canary-7731');
    expect(calls('SendCommand')).toBe(0);
  });

  it('sends nothing that SSM would replace by a stored parameter', async () => {
    h = await harness(1);
    const outcomes = await h.run({}, { ...script, textFor: () => 'echo {{ ssm:db-password }}' });
    expect(outcomes[0]).toMatchObject({ state: 'unreachable', reason: { code: 'ssm-reference' } });
    expect(calls('SendCommand')).toBe(0);
  });

  it('says why before sending what cannot be sent', async () => {
    h = await harness(2);
    const { instanceId: _, ...nameless } = target(1);
    const outcomes = await h.run({}, script, [h.targets[0]!, nameless]);
    expect(statesOf(outcomes)).toEqual({ n0: 'ok', n1: 'unreachable' });
    expect(outcomes.find((o) => o.target === 'n1')?.reason?.code).toBe('no-instance-id');
    h.world.answer = () => ({
      code: 4,
      stdout: resultLine('refused', { op: 'unpack', code: 'no-tool', note: 'no gzip' }),
      stderr: '',
    });
    expect(await h.run({}, { ...script, textFor: () => `: ${'x'.repeat(61_000)}` })).toMatchObject(
      Array.from({ length: 2 }, () => ({
        state: 'unreachable',
        reason: { code: 'script-too-long', message: 'no gzip', next: 'use --via ssh' },
      })),
    );
    const long = await h.run({}, { ...script, textFor: () => randomBytes(60_000).toString('hex') });
    expect(long.map((o) => o.reason?.code)).toEqual(['script-too-long', 'script-too-long']);
  });

  it('asks for the whole output where the list cut the result off', async () => {
    h = await harness(2);
    h.world.answer = (id) => ({
      code: 0,
      stdout: `${(id === instanceId(0) ? 'o' : 'p').repeat(9000)}${resultLine('changed')}`,
      stderr: 'warning',
    });
    const outcomes = await h.run();
    expect(outcomes.map((o) => [o.state, o.stdout.length, o.stderr, o.truncated])).toEqual([
      ['ok', 9000, 'warning', false],
      ['ok', 9000, 'warning', false],
    ]);
    expect(calls('GetCommandInvocation')).toBe(2);
  });

  it('reads the output after the result line of the nodes that failed, and of some others, never of all', async () => {
    h = await harness(130);
    const failed = new Set([3, 120, 129].map(instanceId));
    h.world.answer = (id) => ({
      code: failed.has(id) ? 3 : 0,
      stdout: `head\n${resultLine(failed.has(id) ? 'failed' : 'changed', { data: { more: '1' } })}${'r'.repeat(9000)}`,
      stderr: '',
    });
    const outcomes = await h.run();
    const whole = outcomes.filter((o) => o.stdout.length > 9000);
    expect(calls('GetCommandInvocation')).toBeLessThanOrEqual(103);
    expect(whole.every((o) => !o.truncated)).toBe(true);
    expect(whole.filter((o) => o.state === 'failed')).toHaveLength(3);
    expect(outcomes.filter((o) => o.truncated).length).toBe(130 - whole.length);
    expect(outcomes.every((o) => o.stdout.startsWith('head\n'))).toBe(true);
  });

  it('leaves no heap of listeners on one signal', async () => {
    h = await harness(24);
    h.world.answer = () => ({ code: 0, stdout: 'o'.repeat(5000) + resultLine('ok'), stderr: '' });
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    const own: NodeScript = { ...script, textFor: (t) => `: ${t.name}` };
    const { signal } = new AbortController();
    const batches = Array.from({ length: 12 }, (_, n) => [h.targets[n]!]);
    await Promise.all([
      h.run({ signal }, script, h.targets.slice(12)),
      ...batches.map((of) => h.run({ signal }, own, of)),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('warning', onWarning);
    expect(warnings.filter((name) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it('goes by the exit code when even that is cut, and says that output is missing', async () => {
    h = await harness(2);
    h.world.answer = (id) => ({
      code: id === instanceId(0) ? 0 : 3,
      stdout: 'o'.repeat(30_000) + resultLine('changed'),
      stderr: '',
    });
    const outcomes = await h.run();
    expect(statesOf(outcomes)).toEqual({ n0: 'ok', n1: 'failed' });
    expect(outcomes.every((o) => o.truncated)).toBe(true);
  });

  it('says that output is missing where the script kept it short', async () => {
    h = await harness(2);
    h.world.answer = (id) => ({
      code: 0,
      stdout: `o${resultLine('changed', id === instanceId(0) ? { data: { truncated: '1' } } : {})}`,
      stderr: '',
    });
    expect((await h.run()).map((o) => [o.target, o.truncated]).sort()).toEqual([
      ['n0', true],
      ['n1', false],
    ]);
  });

  it('keeps stdout and stderr apart, and is not fooled by a title in stdout', async () => {
    h = await harness(1);
    const fake = 'a\n----------ERROR-------\nb';
    h.world.answer = () => ({ code: 0, stdout: fake + resultLine('ok'), stderr: 'real' });
    expect((await h.run())[0]).toMatchObject({ state: 'ok', stdout: fake, stderr: 'real' });
  });

  it('takes raw output and the exit code where there is no protocol', async () => {
    h = await harness(2);
    h.world.answer = (id) => ({ code: id === instanceId(0) ? 0 : 7, stdout: 'up', stderr: 'no' });
    const outcomes = await h.run({}, { ...script, protocol: false });
    expect(outcomes.map((o) => [o.state, o.exitCode, o.stdout, o.stderr])).toEqual(
      expect.arrayContaining([
        ['ok', 0, 'up', 'no'],
        ['failed', 7, 'up', 'no'],
      ]),
    );
  });

  it('calls an end without a result line unknown', async () => {
    h = await harness(1);
    h.world.answer = () => ({ code: 0, stdout: 'half', stderr: '' });
    expect((await h.run())[0]).toMatchObject({ state: 'unknown', reason: { code: 'no-result' } });
  });

  it('stops waiting at once', async () => {
    h = await harness(3);
    for (const machine of h.world.machines) h.endpoint.faults.inProgressForever.add(machine.id);
    const stopWaiting = new AbortController();
    const outcomes = h.run({ signal: stopWaiting.signal, runMs: 600_000 });
    await expect.poll(() => calls('ListCommands')).toBeGreaterThan(0);
    stopWaiting.abort();
    expect((await outcomes).map((o) => [o.state, o.reason?.code])).toEqual(
      Array.from({ length: 3 }, () => ['unknown', 'let-go']),
    );
  });
});
