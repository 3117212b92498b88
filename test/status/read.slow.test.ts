import { describe, expect } from 'vitest';
import { readStatus } from '../../src/status/read.ts';
import type { Status } from '../../src/status/types.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { context, fleetNode, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

/** The status of one worker, whose script's outcome is this. */
function statusOf(answer: (text: string) => Promise<Partial<Outcome>>, deadlineMs = 6000): Promise<Status> {
  const worker = target({ name: 'n1' });
  const common = { target: 'n1', stderr: '', truncated: false, startedAt: '', endedAt: '' };
  return readStatus(
    {
      ...{ health: async () => [], now: () => new Date(), deadlineMs, api: [], all: [worker] },
      context: context([fleetNode({ name: 'n1' })]),
      reach: async (_targets, script) => [
        { state: 'ok', stdout: '', ...common, ...(await answer(script.textFor(worker, 'ssh'))) },
      ],
    },
    [worker],
  );
}

/** A machine that remembers a change, and whose pods' files are on a disk that hangs. */
function hanging(box: Sandbox, tools: readonly string[]): void {
  box.file('/run/fireaxe/r1/fence/intent', 'nonce 1796000000\n');
  box.file('/run/fireaxe/r1/fence/done', 'changed\n');
  for (const tool of tools) box.tool(tool, 'exec sleep 30');
}

describe.each(SHELLS.filter(([name]) => name !== 'busybox').map((s) => [s[0]!, s] as const))(
  '%s',
  (_name, shell) => {
    test.for([
      ['ok', 20_000, ['ls']],
      ['timed-out', 4_000, ['ls', 'sed', 'cat', 'tr']],
    ] as const)(
      'a disk that hangs hides no receipt: %s',
      { timeout: 30_000 },
      async ([end, ms, tools], { box }) => {
        hanging(box, tools);
        const status = await statusOf(async (text) => {
          const { stdout, result } = await box.run(text, shell);
          const state = result?.code === 'deadline' ? 'timed-out' : 'ok';
          expect(state).toBe(end);
          return { state, stdout, ...(result && { result }) };
        }, ms);
        expect(status).toMatchObject({ read: 1, standing: [{ run: 'r1', nodes: ['n1'] }] });
      },
    );
  },
);

test('a node that ended before it had told all its receipts is not read, and what it told counts', async () => {
  const line = 'receipt r1/fence 1796000000 changed - - -\n';
  const deadline = { fireaxe: 1, op: 'check', state: 'failed', code: 'deadline' } as const;
  const ended = (stdout: string) =>
    statusOf(async () => ({ state: 'timed-out', stdout, result: { ...deadline } }));
  expect(await ended(line)).toMatchObject({ read: 0, of: 1, standing: [{ run: 'r1' }] });
  expect(await ended('')).toMatchObject({ read: 0, standing: [] });
  expect(await ended(`${line}receipts told\n`)).toMatchObject({ read: 1, standing: [{ run: 'r1' }] });
  expect(await statusOf(async () => ({ stdout: line }))).toMatchObject({ read: 0 });
});
