import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GENESIS, sealRecord } from '../../../src/run/journal/chain.ts';
import { skimJournal } from '../../../src/run/journal/skim.ts';
import type { JournalBody } from '../../../src/run/types.ts';
import { kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

it('takes the first record and those of one kind, from a journal in any state', async () => {
  const kit = kitOf(1);
  const plan = planOf(kit, [{ name: 'a', steps: [holdStep(kit, 'one')] }]);
  const asked = (state: 'waiting' | 'answered') =>
    ({ kind: 'ask', step: 'approve', state, text: 'Go on?' }) as const;
  const bodies: JournalBody[] = [
    { kind: 'plan', plan, operator: 'o', host: 'h', pid: 1 },
    asked('waiting'),
    { kind: 'note', text: 'a peer says "kind":"ask", too' },
    asked('answered'),
    { kind: 'note', text: 'the last one' },
  ];
  const lines = bodies.map((body, i) => sealRecord(body, i, new Date(), GENESIS).line);
  const directory = mkdtempSync(join(tmpdir(), 'fireaxe-test-'));
  const file = join(directory, 'journal');
  for (const end of ['\n', '\n{"kind":"ask","torn', '\nnot a record: "kind":"ask"\n']) {
    writeFileSync(file, lines.join('\n') + end);
    const { records } = await skimJournal(file, 'ask');
    expect(records).toMatchObject([{ kind: 'plan' }, asked('waiting'), asked('answered')]);
  }
  writeFileSync(file, '');
  expect((await skimJournal(file, 'ask')).records).toEqual([]);
  rmSync(directory, { recursive: true });
});
