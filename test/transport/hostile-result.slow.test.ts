import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outcomeLines } from '../../src/cli/format/show-outcomes.ts';
import { readServer } from '../../src/probe/read.ts';
import { Tally } from '../../src/report/tally.ts';
import { settledBy } from '../../src/run/step/reconcile.ts';
import { changedNothing } from '../../src/run/step-memory.ts';
import { Capture } from '../../src/transport/capture.ts';
import { launched } from '../../src/transport/ending.ts';
import { readReport } from '../../src/transport/ssm/read-report.ts';
import { OUTCOME_STATES, type Outcome, RESULT_STATES } from '../../src/transport/types.ts';
import { NONCE, raw, target } from './subjects.ts';

const SEED = 20_261_129;
const script = raw('', { protocol: true });
const startedAt = new Date(0);

const RESULT = {
  fireaxe: 1,
  nonce: NONCE,
  op: 'apply',
  state: 'changed',
  before: { table: 'absent', until: '12' },
  code: 'locked',
  exit: 3,
  data: { closed: '41', state: 'ok', latencyMs: '12', failing: 'etcd', etcd: 'ok', readyz: 'ok' },
  note: 'closed 41 connections',
};
const line = (of: object) => JSON.stringify({ ...RESULT, ...of });

/** The outcome of a node that said this, over SSH and over SSM. */
function outcomesOf(said: string): Outcome[] {
  const node = target({ name: 'mine' });
  const out = new Capture(script.maxOutput);
  out.push(Buffer.from(`fireaxe:${NONCE}:began\n\n${said}`));
  const attempt = { target: node, via: 'ssh' as const, script, startedAt };
  const report = { instanceId: 'i-1', details: 'Success', code: 0, output: `\n${said}` };
  return [
    launched(attempt, { exitCode: 0 }, out, new Capture(script.maxOutput)),
    readReport(report, { target: node, script, startedAt, endedAt: startedAt }),
  ];
}

/** Every reader of what a node said. */
function readEverywhere(outcome: Outcome): void {
  outcomeLines([outcome]);
  readServer('mine', { ...outcome, state: 'ok' }, new Date());
  settledBy({ ...outcome, state: 'ok' });
  changedNothing(outcome);
  const tally = new Tally();
  tally.add({ kind: 'outcome', seq: 1, at: '', prev: '', step: 's', op: 'apply', outcome } as never);
  tally.take();
  assert.deepStrictEqual(JSON.parse(JSON.stringify(outcome)), outcome);
}

/** By Node's own assertions: 400,000 of Vitest's would take most of the test's time. */
function wellTyped(outcome: Outcome): void {
  assert.equal(outcome.target, 'mine');
  assert.ok(OUTCOME_STATES.includes(outcome.state));
  const { result } = outcome;
  if (!result) return void assert.equal(outcome.state, 'unknown');
  assert.ok(RESULT_STATES.includes(result.state));
  for (const text of [result.note ?? '', result.code ?? '', result.op]) assert.equal(typeof text, 'string');
  for (const map of [result.before ?? {}, result.data ?? {}]) {
    assert.ok(!Object.keys(map).includes('__proto__'));
    for (const value of Object.values(map)) assert.equal(typeof value, 'string');
  }
  if (result.exit !== undefined) assert.ok(Number.isInteger(result.exit));
}

const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>({ toString: 1 }, { length: -1 }, [[]], 1e308, -0, '', 'ok', '\u202e', '\0'),
  fc.nat(20_000).map((n) => 'x'.repeat(n)),
);
const member = fc.constantFrom(...Object.keys(RESULT), '__proto__', 'constructor', 'toString', 'again');

/** One mutation of a result line. */
const mutation = fc.oneof(
  fc.tuple(member, value).map(([key, v]) => line({ [key]: v })),
  fc
    .tuple(fc.constantFrom('before', 'data'), member, value)
    .map(([map, key, v]) => line({ [map]: { [key]: v } })),
  fc.tuple(member, value).map(([key, v]) => `${line({}).slice(0, -1)},"${key}":${JSON.stringify(v)}}`),
  fc.constantFrom(...Object.keys(RESULT)).map((key) => line({ [key]: undefined })),
  fc.nat(400).map((n) => line({}).slice(0, n)),
  fc.tuple(fc.nat(400), fc.string({ unit: 'binary', maxLength: 5 }), fc.nat(9)).map(([at, put, cut]) => {
    const text = line({});
    return text.slice(0, at) + put + text.slice(at + cut);
  }),
  fc.nat(3000).map((n) => line({ data: 0 }).replace(':0', `:${'['.repeat(n)}${']'.repeat(n)}`)),
  fc.nat(400).map((n) => line({ exit: 0 }).replace('"exit":0', `"exit":1${'0'.repeat(n)}`)),
  fc.tuple(value, value).map(([a, b]) => `${line({ note: a })}\n${line({ state: b })}`),
  fc.string({ maxLength: 20 }).map((other) => line({ nonce: other })),
);

it('makes an outcome of its own node of any of 10,000 mutations of a result line', () => {
  let invalid = 0;
  fc.assert(
    fc.property(mutation, fc.constantFrom('\n', '', '\r\n', '\nmore\n'), (said, end) => {
      for (const outcome of outcomesOf(said + end)) {
        wellTyped(outcome);
        readEverywhere(outcome);
        if (outcome.reason?.code === 'invalid-result') invalid++;
      }
    }),
    { numRuns: 10_000, seed: SEED },
  );
  // The mutations do reach the schema.
  expect(invalid).toBeGreaterThan(2000);
});

it('says why a result line is invalid, and keeps it in the output', () => {
  const why = (of: object) =>
    outcomesOf(`${line(of)}\n`).map(({ state, reason }) => [state, reason?.message]);
  const both = (said: string) => Array(2).fill(['unknown', `the node's result line is invalid: ${said}`]);
  expect(why({ state: { toString: 1 } })).toEqual(both('state is none of those known'));
  expect(why({ note: 1 })).toEqual(both('note is not a short text'));
  expect(why({ exit: 1e9 })).toEqual(both('exit is not an exit status'));
  expect(why({ before: { a: { b: 1 } } })).toEqual(both('before is not a flat map of text'));
  expect(why({ data: JSON.parse('{"__proto__":"x"}') })).toEqual(both('data is not a flat map of text'));
  const twice = `${line({}).slice(0, -1)},"nonce":"other"}\n`;
  expect(outcomesOf(twice)[0]).toMatchObject({ state: 'unknown', stdout: `\n${twice}` });
});

it('takes only a whole line for a result, and the last of several', () => {
  const [ssh] = outcomesOf(`echo ${line({})}\n`);
  expect(ssh).toMatchObject({ state: 'unknown', reason: { code: 'no-result' } });
  const [last] = outcomesOf(`${line({ state: 'ok' })}\n${line({ state: 'failed' })}\n`);
  expect(last).toMatchObject({ state: 'failed', result: { state: 'failed' } });
});
