import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sealRecord } from '../../src/run/chain.ts';
import { journalPath, listRuns } from '../../src/run/store.ts';
import type { JournalBody } from '../../src/run/types.ts';

it('a journal that cannot be opened is told, and hides no other run', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fireaxe-store-'));
  const good = journalPath(stateDir, '1-good');
  const bad = journalPath(stateDir, '2-bad');
  mkdirSync(join(good, '..'), { recursive: true });
  mkdirSync(bad, { recursive: true });
  const plan = { name: 'exec', cluster: 'c1', reason: 'INC-42' };
  const body = { kind: 'plan', plan, operator: 'ann', host: 'h', pid: 1 } as unknown as JournalBody;
  writeFileSync(good, `${sealRecord(body, 0, new Date(0), '0'.repeat(64)).line}\n`);
  const unread: string[] = [];
  const runs = await listRuns(stateDir, (journal, why) => unread.push(`${journal}: ${why}`));
  expect(runs).toMatchObject([{ runId: '1-good', reason: 'INC-42', state: 'open' }]);
  expect(unread).toEqual([`${bad}: illegal operation on a directory`]);
});
