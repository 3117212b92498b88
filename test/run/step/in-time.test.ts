import { describe, expect, it } from 'vitest';
import { inTime } from '../../../src/run/step/in-time.ts';
import { NodeClocks } from '../../../src/run/step/node-clocks.ts';
import type { NodeResult, Outcome, Transport } from '../../../src/transport/types.ts';
import { raw, target } from '../../transport/subjects.ts';

const at = (seconds: number) => new Date(seconds * 1000);
const options = () => ({ connectMs: 1000, runMs: 1000, signal: new AbortController().signal });

function outcome(name: string, result: Partial<NodeResult> = { state: 'ok' }): Outcome {
  const times = { startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:00Z' };
  const state = result.state === 'refused' ? 'failed' : 'ok';
  return {
    target: name,
    state,
    stdout: '',
    stderr: '',
    truncated: false,
    ...times,
    result: { fireaxe: 1, op: 'apply', state: 'ok', ...result },
  };
}

const late = (name: string, now: number) =>
  outcome(name, { state: 'refused', code: 'too-late', data: { now: String(now) } });

/** Each call of `run` is answered by the next function, target by target. */
function scripted(...answers: ((name: string) => Outcome | Promise<Outcome>)[]) {
  const sent: string[][] = [];
  const transport: Transport = {
    name: 'ssm',
    batches: (targets) => [targets],
    async *run(batch) {
      const answer = answers[sent.length]!;
      sent.push(batch.map((t) => t.name));
      for (const { name } of batch) yield await answer(name);
    },
    async close() {},
  };
  return { transport, sent };
}

const batch = ['a', 'b', 'c'].map((name) => target({ name }));

describe('an order that a node refused because of its clock', () => {
  it('is sent once more, for all of the batch at once, and only the second answer counts', async () => {
    const clocks = new NodeClocks(() => at(1000));
    const { transport, sent } = scripted((name) => late(name, 1720), outcome);
    const seen: Outcome[] = [];
    for await (const one of inTime(transport, clocks).run(batch, raw(''), options())) seen.push(one);
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(seen.map((o) => `${o.target} ${o.state}`)).toEqual(['a ok', 'b ok', 'c ok']);
    expect(clocks.shiftFor('a')).toBe(720);
    expect(clocks.shiftFor('d, which was not asked')).toBe(720);
    expect(clocks.news()[0]).toBe(
      "this machine's clock is about 12 min behind: 3 of 3 nodes agree; orders carry the difference",
    );
    expect(clocks.news()).toEqual([]);
  });

  it('does not wait for another of its batch that hangs', async () => {
    const clocks = new NodeClocks(() => at(1000));
    let end = () => {};
    const hangs = new Promise<Outcome>((resolve) => {
      end = () => resolve(outcome('c'));
    });
    const { transport } = scripted((name) => (name === 'c' ? hangs : late(name, 1720)), outcome);
    const seen: string[] = [];
    for await (const one of inTime(transport, clocks).run(batch, raw(''), options())) {
      seen.push(one.target);
      if (seen.length === 2) end();
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('is not sent a third time, nor after an interrupt', async () => {
    const clocks = new NodeClocks(() => at(1000));
    const { transport, sent } = scripted(
      (name) => late(name, 1720),
      (name) => late(name, 9000),
    );
    const seen: Outcome[] = [];
    for await (const one of inTime(transport, clocks).run(batch, raw(''), options())) seen.push(one);
    expect(sent).toHaveLength(2);
    expect(seen.map((o) => o.result?.code)).toEqual(['too-late', 'too-late', 'too-late']);
    const stopped = scripted((name) => late(name, 1720));
    const ended = { ...options(), signal: AbortSignal.abort() };
    for await (const one of inTime(stopped.transport, clocks).run(batch, raw(''), ended)) seen.push(one);
    expect(stopped.sent).toHaveLength(1);
    expect(seen).toHaveLength(6);
  });

  it('has no more time than is left of the deadline of both', async () => {
    const clocks = new NodeClocks(() => at(1000));
    const given: (number | undefined)[] = [];
    const { transport } = scripted(async (name) => {
      await new Promise((later) => setTimeout(later, 20));
      return late(name, 1720);
    }, outcome);
    const told: Transport = {
      ...transport,
      run(part, script, asked) {
        given.push(asked.wholeMs);
        return transport.run(part, script, asked);
      },
    };
    const asked = { ...options(), wholeMs: 1000 };
    for await (const _ of inTime(told, clocks).run(batch, raw(''), asked));
    expect(given[0]).toBe(1000);
    expect(given[1]).toBeLessThan(990);
  });

  it('passes a fault of the transport on', async () => {
    const clocks = new NodeClocks(() => at(1000));
    const { transport } = scripted(() => Promise.reject(new Error('broken')));
    const all = async () => {
      for await (const _ of inTime(transport, clocks).run(batch, raw(''), options()));
    };
    await expect(all()).rejects.toThrow('broken');
  });
});

describe('whose clock is wrong', () => {
  const clocksOf = (...answers: Outcome[]) => {
    const clocks = new NodeClocks(() => at(1000));
    for (const answer of answers) clocks.learn(answer);
    return clocks;
  };

  it('is the node’s where the others took the order', () => {
    const clocks = clocksOf(outcome('a'), late('b', 4600), outcome('c'));
    expect(clocks.shiftFor('b')).toBe(3600);
    expect(clocks.shiftFor('a')).toBe(0);
    expect(clocks.news()).toEqual([
      "the clock of b is about 60 min ahead of this machine's; orders carry the difference",
    ]);
  });

  it('cannot be told by one node alone, nor by nodes that do not agree', () => {
    expect(clocksOf(late('b', 1600)).news()).toEqual([
      "the clock of b is about 10 min ahead of this machine's, or this one is behind; orders carry the difference",
    ]);
    const wild = clocksOf(late('a', 1600), late('b', 90_000), late('c', 4_000_000));
    expect(wild.news().join()).not.toContain("this machine's clock is");
    expect(wild.shiftFor('d')).toBe(0);
  });

  it('takes no node at its word that says no time', () => {
    const clocks = clocksOf();
    for (const now of ['', 'x', '-5', '1e99', '9'.repeat(400)])
      expect(clocks.learn(outcome('a', { state: 'refused', code: 'too-late', data: { now } }))).toBe(false);
  });
});
