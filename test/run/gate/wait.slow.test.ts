import { expect, it } from 'vitest';
import type { ActionContext } from '../../../src/node/types.ts';
import { Readings } from '../../../src/run/gate/readings.ts';
import { waitForGate } from '../../../src/run/gate/wait.ts';
import type { Session } from '../../../src/run/session.ts';
import type { JournalBody, RunEnv } from '../../../src/run/types.ts';

it('a gate takes no longer than it says, however seldom it looks', async () => {
  let clock = 0;
  const never = new AbortController().signal;
  const env = {
    now: () => new Date(clock),
    sleep: async (ms: number) => {
      clock += ms;
    },
    stop: never,
    stopWaiting: never,
    transport: () => Promise.reject(new Error('nobody is reached')),
  };
  const session = sessionOf(env);
  const gate = { answering: '1', holdsMs: 10_000, withinMs: 600_000, everyMs: 3_600_000 };
  const { open } = await waitForGate(session, 'steady', gate);
  expect(open).toBe(false);
  expect(clock).toBe(600_000);
});

it('a gate counts no time that this machine’s clock was set forward', async () => {
  let passed = 0;
  let set = 0;
  const never = new AbortController().signal;
  const env = {
    now: () => new Date(passed + set),
    elapsed: () => passed,
    sleep: async (ms: number) => {
      passed += ms;
      set = 3_600_000;
    },
    stop: never,
    stopWaiting: never,
    transport: () => Promise.reject(new Error('nobody is reached')),
  };
  const session = sessionOf(env);
  const gate = { answering: '1', holdsMs: 10_000, withinMs: 600_000, everyMs: 1_000 };
  await waitForGate(session, 'steady', gate);
  expect(passed).toBe(600_000);
});

it('a gate journals each reading for the report, and does not wait for the disk', async () => {
  let passed = 0;
  const never = new AbortController().signal;
  const env = {
    now: () => new Date(passed),
    sleep: async (ms: number) => {
      passed += ms;
    },
    stop: never,
    stopWaiting: never,
    transport: () => Promise.reject(new Error('nobody is reached')),
  };
  const kinds: string[] = [];
  const record = (body: JournalBody) => {
    kinds.push(body.kind);
    return body.kind === 'reading' ? Promise.reject(new Error('the disk is full')) : Promise.resolve();
  };
  const gate = { answering: '1', holdsMs: 1000, withinMs: 2000, everyMs: 1000 };
  await waitForGate({ ...sessionOf(env), record }, 'steady', gate);
  expect(kinds).toEqual(['gate', 'reading', 'reading', 'reading', 'gate']);
});

function sessionOf(env: object): Session {
  const readings = new Readings(env as RunEnv, { nodes: [] } as unknown as ActionContext, []);
  return { env, readings, record: async () => {}, emit: () => {} } as unknown as Session;
}
