import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { GENESIS, sealRecord } from '../../src/run/journal/chain.ts';
import { readJournal } from '../../src/run/journal/read.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import type { JournalBody } from '../../src/run/types.ts';
import { makeKit } from '../kit/make-kit.ts';
import { outcome, planOf, step } from '../report/records.ts';
import { quietIo } from './quiet-io.ts';

const kit = makeKit();
const state = mkdtempSync(join(tmpdir(), 'fireaxe-earlier-'));
const path = journalPath(state, '1-run');
afterAll(() => {
  for (const dir of [kit, state]) rmSync(dir, { recursive: true });
});

const { parallel, ...hold } = step('hold', ['n1', 'n2'], { params: { unit: 'telemetryd.service' } });
const plan = {
  ...planOf(['shed', [{ ...hold, window: parallel } as never]]),
  cluster: 'c1',
  schemaVersion: 1 as const,
};
const bodies: JournalBody[] = [
  { kind: 'plan', plan, operator: 'ann@bastion', host: 'bastion', pid: 1 },
  { kind: 'intent', step: 'hold', op: 'apply', targets: ['n1', 'n2'], via: 'ssh', wave: 1 },
  {
    kind: 'outcome',
    step: 'hold',
    op: 'apply',
    outcome: outcome('n1', 'ok', { result: { fireaxe: 1, op: 'apply', state: 'changed' } }),
  },
];
mkdirSync(dirname(path), { recursive: true });
let prev = GENESIS;
const lines = bodies.map((body, seq) => {
  const { line, hash } = sealRecord(body, seq, new Date(seq * 1000), prev);
  prev = hash;
  return `${line}\n`;
});
writeFileSync(path, lines.join(''));

async function fireaxe(...argv: string[]) {
  const { io, said } = quietIo({ FIREAXE_STATE_DIR: state });
  const code = await runCommandLine([...argv, '--kit', kit], io);
  return { code, ...said };
}

it('reads the journal of a run whose plan has schema 1', async () => {
  const { records, problem } = await readJournal(path);
  expect(problem).toBeUndefined();
  expect(records[0]).toMatchObject({
    plan: { schemaVersion: 1, workstreams: [{ steps: [{ id: 'hold', parallel: 10 }] }] },
  });
});

it('lists it and tells its timeline', async () => {
  expect(await fireaxe('runs')).toMatchObject({ code: 0, stdout: expect.stringContaining('1-run') });
  expect(await fireaxe('timeline', 'last')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('sent: 2 nodes'),
  });
});

it('can undo it', async () => {
  const { code, stdout } = await fireaxe('undo', 'last', '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(/hold: .*telemetryd\.service.* on n\[1-2\] \(2\)/);
});

it('refuses to resume it', async () => {
  const { code, stderr } = await fireaxe('resume', 'last');
  expect(code).toBe(6);
  expect(stderr).toContain('made by another version of Fireaxe: schema 1, this one reads 2');
  expect(stderr).toContain(`next: fireaxe undo 1-run --kit ${kit}\n`);
});
