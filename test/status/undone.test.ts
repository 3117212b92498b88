import { expect, test } from 'vitest';
import { statusLines } from '../../src/cli/format/status.ts';
import type { Receipt } from '../../src/receipts/line.ts';
import type { NodeReceipts } from '../../src/receipts/read.ts';
import type { Status } from '../../src/status/types.ts';
import { undoneByOthers } from '../../src/status/undone.ts';
import { fleetNode } from '../node/sandbox.ts';

const AT = new Date('2026-11-29T04:00:00Z');
const FLEET = ['cp1', 'cp2'].map((name) => fleetNode({ name, machineId: `${name}-id` }));
const order = {
  ...{ v: 1 as const, run: 'r1', step: 'fence', n: 0, of: 2, action: 'fence', params: {}, digest: 'x' },
  ...{ cluster: 'c', operator: 'ana@laptop', reason: 'INC-42', at: '2026-11-29T02:00:00Z' },
};
const undone = (over: Partial<Receipt> = {}): Receipt => ({
  ...{ run: 'r1', folder: 'fence', state: 'undone', since: '2026-11-29T02:00:00Z', order },
  ...{ ended: '2026-11-29T03:00:00Z', endedBy: 'bob@desk', ...over },
});
const on = (node: string, ...receipts: Receipt[]): NodeReceipts => ({ node, state: 'ok', receipts });
const of = (...readings: NodeReceipts[]) => undoneByOthers(readings, FLEET, AT);

test('what another operator undid, on all its nodes, by the latest of their times', () => {
  expect(of(on('cp1', undone()), on('cp2', undone({ ended: '2026-11-29T03:00:02Z' })))).toEqual([
    {
      ...{ action: 'fence', run: 'r1', step: 'fence', nodes: ['cp1', 'cp2'] },
      ...{ operator: 'ana@laptop', by: 'bob@desk', at: '2026-11-29T03:00:02Z' },
    },
  ]);
});

test('leaves out their own, those of days ago, and those without a name', () => {
  const { endedBy: _, ...unnamed } = undone();
  const own = undone({ endedBy: 'ana@laptop' });
  expect(of(on('cp1', own, undone({ ended: '2026-11-27T03:00:00Z' }), unnamed))).toEqual([]);
});

test('a status names who undid it, and does not count it as in force', () => {
  const status = {
    ...{ servers: { at: AT.toISOString(), servers: [], answering: 0, of: 0 }, standing: [], expiring: [] },
    ...{
      dns: { asked: 0, noTool: [], addresses: [] },
      read: 2,
      of: 2,
      verdict: { state: 'healthy', text: '' },
    },
    ...{ who: { at: '', nodes: [], notAsked: 0, offenders: [] }, at: '', undone: of(on('cp1', undone())) },
  } as Status;
  const lines = statusLines('c', status);
  expect(lines).toContain('in force: nothing');
  expect(lines).toContain(
    'undone by another operator: fence on 1 node (cp1), at 2026-11-29T03:00:00Z by bob@desk, made by ana@laptop, run r1, step fence',
  );
});
