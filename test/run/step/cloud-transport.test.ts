import { expect, it } from 'vitest';
import type { CloudContext } from '../../../src/actions/types.ts';
import { FireaxeError } from '../../../src/base/errors.ts';
import type { BeforeState, Op } from '../../../src/node/types.ts';
import { type CloudCall, cloudTransport } from '../../../src/run/step/cloud-transport.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { script, target } from '../../transport/ssm/harness.ts';

const noKeys = new FireaxeError('credentials', 'AWS credentials have expired', { next: 'aws sts …' });
const dead = Object.assign(new Error('socket hang up'), { $metadata: { attempts: 3 } });
const bug = new TypeError('undefined is not a function');

/** The outcome of a call whose cloud side does this. */
async function outcomeOf(
  run: (context: CloudContext) => Promise<NodeResult>,
  { op = 'apply' as Op, before }: { op?: Op; before?: BeforeState } = {},
) {
  const context = { saveBefore: async () => {}, ...(before && { before }) } as unknown as CloudContext;
  const call = {
    action: { cloud: { run: (_op: Op, _target: unknown, _params: unknown, of: CloudContext) => run(of) } },
    op,
    params: {},
    open: () => ({ context, close: async () => {} }),
  } as unknown as CloudCall;
  const signal = new AbortController().signal;
  for await (const outcome of cloudTransport(call).run([target(0)], script, {
    connectMs: 1,
    runMs: 9_000,
    signal,
  }))
    return outcome;
  throw new Error('no outcome');
}

const failing = (error: Error) => async () => {
  throw error;
};
const failingLater = (error: Error) => async (context: CloudContext) => {
  await context.saveBefore({});
  throw error;
};

it.each([noKeys, dead])('calls unreachable what was kept from beginning: %s', async (error) => {
  expect(await outcomeOf(failing(error))).toMatchObject({
    state: 'unreachable',
    reason: { message: error.message },
  });
});

it.each([noKeys, dead])('calls failed what may have begun: %s', async (error) => {
  expect((await outcomeOf(failingLater(error))).state).toBe('failed');
  expect((await outcomeOf(failing(error), { before: {} })).state).toBe('failed');
  expect((await outcomeOf(failing(error), { op: 'undo' })).state).toBe('failed');
});

it('calls failed what no resume would mend', async () => {
  expect((await outcomeOf(failing(bug))).state).toBe('failed');
});
