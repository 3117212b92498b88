import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { text } from './critical.ts';
import { Sandbox, SHELLS } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

const receipt = (file: string) => join(box.root, 'run/fireaxe/r1/s1', file);

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('an empty file left by a full disk does not count as a receipt', async () => {
    await box.run(text('apply'), shell);
    writeFileSync(receipt('done'), '');
    expect((await box.run(text('receipt'), shell)).result).toMatchObject({
      state: 'interrupted',
      before: { thing: 'absent' },
    });
    expect((await box.run(text('apply'), shell)).result).toMatchObject({ state: 'changed' });
    expect(statSync(receipt('done')).size).toBeGreaterThan(0);
  });

  test('does nothing if the receipt cannot be written whole, and undo reverts nothing', async () => {
    // Files of at most one block: the lock fits, the state before does not.
    const full = `trap '' XFSZ; ulimit -f 1\n${text('apply').replace('thing absent', `thing ${'x'.repeat(900)}`)}`;
    expect((await box.run(full, shell)).result).toMatchObject({ state: 'refused', code: 'no-receipt' });
    expect((await box.run(text('receipt'), shell)).result?.state).toBe('absent');
    expect((await box.run(text('undo'), shell)).result?.state).toBe('already');
    expect(existsSync(join(box.root, 'undone'))).toBe(false);
  });

  test('an undo that leaves the state before to the receipt does nothing where there is none', async () => {
    const undo = `FX_BY_RECEIPT=1\n${text('undo')}`;
    expect((await box.run(undo, shell)).result).toMatchObject({ state: 'absent' });
    expect(existsSync(receipt('undone'))).toBe(false);
    await box.run(text('apply'), shell);
    expect((await box.run(undo, shell)).result).toMatchObject({ state: 'changed' });
    expect((await box.run(undo, shell)).result).toMatchObject({ state: 'already', note: 'undone before' });
  });

  test('a second attempt without room leaves the first receipt as it was', async () => {
    const long = (order: string) => order.replace('thing absent', `thing ${'x'.repeat(900)}`);
    await box.run(
      long(text('apply')).replace('sleep 0.4', () => 'kill -9 $$'),
      shell,
    );
    const again = await box.run(`trap '' XFSZ; ulimit -f 1\n${long(text('apply'))}`, shell);
    expect(again.result?.before?.thing).toHaveLength(900);
    expect((await box.run(text('receipt'), shell)).result?.before?.thing).toHaveLength(900);
  });
});
