import { expect, it } from 'vitest';
import { waitForGate } from '../../src/run/gate-step.ts';
import type { Session } from '../../src/run/session.ts';

it('a gate takes no longer than it says, however seldom it looks', async () => {
  let clock = 0;
  const never = new AbortController().signal;
  const env = {
    now: () => new Date(clock),
    sleep: async (ms: number) => {
      clock += ms;
    },
    stop: never,
    letGo: never,
    transport: () => Promise.reject(new Error('nobody is reached')),
  };
  const session = { env, targets: new Map(), context: { nodes: [] }, record: async () => {}, emit: () => {} };
  const gate = { answering: '1', holdsMs: 10_000, withinMs: 600_000, everyMs: 3_600_000 };
  const { open } = await waitForGate(session as unknown as Session, 'steady', gate);
  expect(open).toBe(false);
  expect(clock).toBe(600_000);
});
