import { describe, expect } from 'vitest';
import watch from '../../src/actions/hold/watch.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('its time is a time, however long a look takes', async ({ box }) => {
    const parts = `HO_ROOT='' HO_HERE='${box.root}' HO_FOR=3
ho_scan() { sleep 1.5; }
ho_seize() { :; }
ho_release() { echo released; }
`;
    const ran = await box.run(parts + watch, shell);
    expect(ran.stdout).toBe('released\n');
    expect(ran.ms).toBeLessThan(6500);
  });
});
