import { spawnSync } from 'node:child_process';
import { describe, expect } from 'vitest';
import identity from '../../src/node/lib/common/identity.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

/** Whether this shell counts the seconds itself, as bash does since version 5. */
const counts = (shell: string[]) =>
  spawnSync(shell[0]!, [...shell.slice(1), '-c', 'EPOCHSECONDS=\'\'\necho "$EPOCHSECONDS"'], {
    encoding: 'utf8',
  }).stdout.trim() !== '';

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('the time is its own where it has one, and never what the login says', async ({ box }) => {
    box.tool('date', 'echo 1700000000');
    const ran = await box.run(`${identity}\nFX_OP=check\nfx_time\necho "$FX_NOW"`, shell, {
      env: { EPOCHSECONDS: '5' },
    });
    const now = Number(ran.stdout);
    if (counts(shell)) expect(now).toBeGreaterThan(1_700_000_000);
    else expect(now).toBe(1_700_000_000);
  });
});
