import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { watchText } from '../../../src/actions/dns-hold/watch.ts';
import { SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a hold that the node ended is in its receipt, and nothing else is left of it', async ({ box }) => {
    const step = join(box.root, 'run/fireaxe/r1/dns-hold');
    box.file('/run/fireaxe/r1/dns-hold/intent', 'x\n');
    box.file('/run/fireaxe/dns-hold/step', `${step}\n`);
    box.file('/run/fireaxe/dns-hold/who', 'r1/dns-hold\n');
    const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=undo\nset -- free\n`;
    const { code } = await box.run(`${inputs}${watchText()}`, shell);
    expect(code).toBe(0);
    expect(existsSync(join(step, 'fired'))).toBe(true);
    expect(existsSync(join(box.root, 'run/fireaxe/dns-hold'))).toBe(false);
  });

  test('a watch whose hold was undone ends at once', async ({ box }) => {
    box.file('/run/fireaxe/dns-hold/table', '');
    const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=undo\n`;
    const { code } = await box.run(`${inputs}${watchText()}`, shell);
    expect(code).toBe(0);
    expect(existsSync(join(box.root, 'run/fireaxe/dns-hold/table'))).toBe(true);
  });
});
