import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sealRecord } from '../../../src/run/journal/chain.ts';
import { journalPath } from '../../../src/run/journal/run-order.ts';
import { listRuns, readRun, resolveRunId } from '../../../src/run/journal/store.ts';
import type { JournalBody } from '../../../src/run/types.ts';
import { planOf } from '../../report/records.ts';

it('a journal that cannot be opened is told, and hides no other run', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fireaxe-store-'));
  const good = journalPath(stateDir, '1-good');
  const bad = journalPath(stateDir, '2-bad');
  mkdirSync(join(good, '..'), { recursive: true });
  mkdirSync(bad, { recursive: true });
  const plan = planOf();
  const body = { kind: 'plan', plan, operator: 'ann', host: 'h', pid: 1 } as unknown as JournalBody;
  writeFileSync(good, `${sealRecord(body, 0, new Date(0), '0'.repeat(64)).line}\n`);
  const unread: string[] = [];
  const runs = await listRuns(stateDir, (journal, why) => unread.push(`${journal}: ${why}`));
  expect(runs).toMatchObject([{ runId: '1-good', reason: 'INC-42', state: 'open' }]);
  expect(unread).toEqual([`${bad}: illegal operation on a directory`]);
});

it('a journal whose plan cannot be read is still the last run, and is told of: the one before was not meant', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fireaxe-store-'));
  const kept = (runId: string, plan: object) => {
    const body = { kind: 'plan', plan, operator: 'ann', host: 'h', pid: 1 } as unknown as JournalBody;
    mkdirSync(join(stateDir, runId));
    writeFileSync(
      journalPath(stateDir, runId),
      `${sealRecord(body, 0, new Date(0), '0'.repeat(64)).line}\nnull\n{"kind":"outcome","at":""}\n`,
    );
  };
  const plan = planOf();
  kept('1-good', plan);
  kept('2-other', { ...plan, schemaVersion: 3 });
  const last = await readRun(stateDir, 'last');
  expect(last).toMatchObject({ runId: '2-other', records: [], intact: false });
  expect(last.changed?.message).toMatch(/another version of Fireaxe: schema 3, this one reads up to 2/);
  const unread: string[] = [];
  expect(await listRuns(stateDir, (_, why) => unread.push(why))).toMatchObject([{ runId: '1-good' }]);
  expect(unread).toEqual([last.changed?.message]);
});

it('takes the run of one cluster of a rollout never for that of another', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fireaxe-store-'));
  const rollout = '20261130T061500.000Z-stop-rollout-1a2b';
  for (const runId of [rollout, `${rollout}.prod-10`]) {
    mkdirSync(join(stateDir, runId));
    writeFileSync(journalPath(stateDir, runId), '');
  }
  await expect(resolveRunId(stateDir, `${rollout}.prod-1`)).rejects.toThrow('unknown run');
  expect(await resolveRunId(stateDir, `${rollout}.prod-10`)).toBe(`${rollout}.prod-10`);
  expect(await resolveRunId(stateDir, rollout.slice(0, 12))).toBe(rollout);
});
