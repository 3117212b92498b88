import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { sealRecord } from '../../src/run/journal/chain.ts';
import { journalPath } from '../../src/run/journal/run-order.ts';
import { makeKit } from '../kit/make-kit.ts';
import { planOf, step } from '../report/records.ts';
import { quietIo } from './quiet-io.ts';

it('refuses to resume a run with node scripts that its plan was not made with', async () => {
  const kit = makeKit();
  const state = join(kit, 'state');
  const plan = { ...planOf(['shed', [step('hold', ['n1'])]]), cluster: 'c1', scripts: { stop: 'another' } };
  const path = journalPath(state, '1-run');
  mkdirSync(dirname(path), { recursive: true });
  const body = { kind: 'plan' as const, plan, operator: 'ann', host: 'h', pid: 1 };
  writeFileSync(path, `${sealRecord(body, 0, new Date(0), '0'.repeat(64)).line}\n`);
  const { io, said } = quietIo({ FIREAXE_STATE_DIR: state });
  expect(await runCommandLine(['resume', 'last', '--kit', kit], io)).toBe(6);
  expect(said.stderr).toContain('the node script of stop changed since planning');
  expect(said.stderr).toContain(`next: fireaxe undo 1-run --kit ${kit}\n`);
  rmSync(kit, { recursive: true });
});
