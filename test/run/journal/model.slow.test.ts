import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { thisProcess } from '../../../src/base/holder.ts';
import { type Journal, openJournal } from '../../../src/run/journal/journal.ts';
import { readJournal } from '../../../src/run/journal/read.ts';

const now = () => new Date();
const ASLEEP = 3_600_000;

type Step = { do: 'open' | 'append' | 'close'; host: number; awake: boolean };
const steps = fc.array(
  fc.record<Step>({
    do: fc.constantFrom('open' as const, 'append' as const, 'append' as const, 'close' as const),
    host: fc.nat(2),
    awake: fc.boolean(),
  }),
  { minLength: 4, maxLength: 16 },
);

/** A writer on a host of its own; asleep it does not renew its lease, as a suspended laptop. */
function open(path: string, host: number, awake: boolean) {
  const self = { ...thisProcess(now()), host: `host-${host}`, boot: `boot-${host}` };
  const timing = { renewMs: awake ? 5 : ASLEEP, silentMs: 300, pollMs: 5 };
  return openJournal(path, now, { self, timing });
}

it('writers on several hosts, some asleep: what counts is what one of them at a time was told is kept', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const dir = mkdtempSync(join(tmpdir(), 'fireaxe-model-'));
      const path = join(dir, 'journal.ndjson');
      const opened = new Map<number, Journal>();
      const kept: string[] = [];
      let holder: { host: number; awake: boolean } | undefined;
      for (const [n, step] of all.entries()) {
        const { host } = step;
        const journal = opened.get(host);
        if (step.do === 'open') {
          if (journal) continue;
          const opening = open(path, host, step.awake);
          if (holder?.awake) {
            await expect(opening).rejects.toMatchObject({ kind: 'guard' });
          } else {
            opened.set(host, (await opening).journal);
            holder = { host, awake: step.awake };
          }
        } else if (journal && step.do === 'append') {
          const appending = journal.append({ kind: 'note', text: `${n}` });
          if (holder?.host === host) {
            await appending;
            kept.push(`${n}`);
          } else await expect(appending).rejects.toMatchObject({ kind: 'guard' });
        } else if (journal) {
          await journal.close();
          opened.delete(host);
          if (holder?.host === host) holder = undefined;
        }
      }
      // All that are left wake up once more.
      for (const [host, journal] of opened) {
        const waking = journal.append({ kind: 'note', text: `late ${host}` });
        if (holder?.host === host) {
          await waking;
          kept.push(`late ${host}`);
        } else await expect(waking).rejects.toMatchObject({ kind: 'guard' });
        await journal.close();
      }
      if (all.every((step) => step.do !== 'open')) return;
      const { records, intact } = await readJournal(path);
      expect(intact).toBe(true);
      expect(records.map((r) => (r.kind === 'note' ? r.text : r.kind))).toEqual(kept);
      rmSync(dir, { recursive: true });
    }),
    { numRuns: 25, seed: 20_261_129 },
  );
});
