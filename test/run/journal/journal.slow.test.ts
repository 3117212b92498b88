import { existsSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readChain } from '../../../src/run/journal/chain.ts';
import { openJournal } from '../../../src/run/journal/journal.ts';
import type { JournalBody } from '../../../src/run/types.ts';
import { asIfKilled } from '../as-if-killed.ts';

let path = '';
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'fireaxe-journal-')), 'journal.ndjson');
});
const now = () => new Date('2026-01-01T00:00:00Z');

async function write(n: number) {
  const { journal } = await openJournal(path, now);
  await Promise.all(
    Array.from({ length: n }, (_, i) => journal.append({ kind: 'note', text: `note ${i} ü` })),
  );
  await journal.close();
}

describe('the journal', () => {
  it('gives back what was appended, in order, across processes', async () => {
    await write(5);
    await write(3);
    const { records } = readChain(readFileSync(path), path);
    expect(records.map((r) => r.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('cuts off a torn tail at any byte and loses no whole record', async () => {
    await write(2);
    const whole = readFileSync(path);
    const ends = [...whole.entries()].filter(([, b]) => b === 10).map(([i]) => i + 1);
    for (let size = 0; size <= whole.length; size++) {
      writeFileSync(path, whole.subarray(0, size));
      asIfKilled(path);
      const { journal, records } = await openJournal(path, now);
      expect(records.length).toBe(ends.filter((end) => end <= size).length);
      await journal.append({ kind: 'note', text: 'after' });
      await journal.close();
      expect(readChain(readFileSync(path), path).tornBytes).toBe(0);
    }
  });

  it('finds every changed, deleted, doubled or swapped record before the last', async () => {
    await write(8);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const change = fc.oneof(
      fc.record({ how: fc.constant('flip' as const), line: fc.nat(6), at: fc.nat(60) }),
      fc.record({
        how: fc.constantFrom('delete' as const, 'double' as const, 'swap' as const),
        line: fc.nat(6),
        at: fc.constant(0),
      }),
    );
    fc.assert(
      fc.property(change, ({ how, line, at }) => {
        const changed = [...lines];
        if (how === 'delete') changed.splice(line, 1);
        else if (how === 'double') changed.splice(line, 0, changed[line]!);
        else if (how === 'swap') [changed[line], changed[line + 1]] = [changed[line + 1]!, changed[line]!];
        else {
          const text = changed[line]!;
          const i = at % text.length;
          changed[line] = text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
        }
        expect(() => readChain(Buffer.from(`${changed.join('\n')}\n`), 'journal.ndjson')).toThrow(
          /journal corrupt at line/,
        );
      }),
    );
  });

  it('has one writer', async () => {
    const { journal } = await openJournal(path, now);
    await expect(openJournal(path, now)).rejects.toMatchObject({
      kind: 'guard',
      message: expect.stringContaining('another fireaxe'),
    });
    await journal.close();
    await (await openJournal(path, now)).journal.close();
  });

  it.skipIf(!existsSync('/proc/self/fd'))('is on the disk with its name, when it is opened', async () => {
    const handle = await open('/dev/null', 'r');
    const proto = Object.getPrototypeOf(handle);
    await handle.close();
    const synced: string[] = [];
    const spy = vi.spyOn(proto, 'sync').mockImplementation(async function (this: FileHandle) {
      const place = readlinkSync(`/proc/self/fd/${this.fd}`);
      if (existsSync(path)) synced.push(place);
    });
    const { journal } = await openJournal(path, now);
    spy.mockRestore();
    expect(synced).toContain(realpathSync(dirname(path)));
    await journal.close();
  });

  it('after one failed fsync acknowledges nothing more', async () => {
    const { journal } = await openJournal(path, now);
    await journal.append({ kind: 'note', text: 'good' });
    const handle = await open(path, 'r');
    const proto = Object.getPrototypeOf(handle);
    await handle.close();
    const spy = vi.spyOn(proto, 'datasync').mockRejectedValueOnce(new Error('EIO'));
    await expect(journal.append({ kind: 'note', text: 'lost' })).rejects.toMatchObject({ kind: 'internal' });
    spy.mockRestore();
    await expect(journal.append({ kind: 'note', text: 'later' })).rejects.toMatchObject({ kind: 'internal' });
    await journal.close();
  });

  it('goes on after a write that failed in a run that was sealed before', async () => {
    await write(2);
    const { journal } = await openJournal(path, now);
    await journal.append({ kind: 'note', text: 'written' });
    const handle = await open(path, 'r');
    const proto = Object.getPrototypeOf(handle);
    await handle.close();
    const spy = vi.spyOn(proto, 'appendFile').mockRejectedValueOnce(new Error('ENOSPC'));
    await expect(journal.append({ kind: 'note', text: 'lost' })).rejects.toMatchObject({ kind: 'internal' });
    spy.mockRestore();
    await journal.close();
    const again = await openJournal(path, now);
    expect(again.records).toHaveLength(3);
    await again.journal.close();
  });

  it('names the very run where the disk is full: the last one may be another', async () => {
    const run = basename(dirname(path));
    const hint = async (...bodies: JournalBody[]) => {
      const { journal } = await openJournal(path, now);
      for (const body of bodies.slice(0, -1)) await journal.append(body);
      const handle = await open(path, 'r');
      const proto = Object.getPrototypeOf(handle);
      await handle.close();
      const spy = vi.spyOn(proto, 'appendFile').mockRejectedValueOnce(new Error('ENOSPC'));
      const error = await journal.append(bodies.at(-1)!).catch((e) => e);
      spy.mockRestore();
      await journal.close();
      return error.next;
    };
    const note: JournalBody = { kind: 'note', text: 'n' };
    expect(await hint(note)).toBe('free the disk, then try again');
    expect(await hint(note, note)).toBe(`free the disk, then: fireaxe resume ${run}`);
    const undo: JournalBody = { kind: 'operator', what: 'undo', operator: 'me' };
    expect(await hint(undo, note)).toBe(`free the disk, then: fireaxe undo ${run}`);
  });
});
