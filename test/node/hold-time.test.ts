import { describe, expect } from 'vitest';
import watch from '../../src/node/lib/hold/watch.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('its time is a time, however long a look takes', async ({ box }) => {
    box.file('proc/uptime', '100.0 0\n');
    // Each look takes two seconds by the node's clock, and what lies between them none.
    const parts = `HO_ROOT='${box.root}' HO_HERE='${box.root}' P_FOR=3 looks=0
ho_scan() { echo look; looks=$((looks + 1)); echo "$((100 + 2 * looks)).0 0" >"$HO_ROOT/proc/uptime"; }
ho_seize() { :; }
ho_release() { echo released; }
sleep() { :; }
`;
    const ran = await box.run(parts + watch, shell);
    expect(ran.stdout).toBe('look\nlook\nreleased\n');
  });

  test('what a later order changed it to counts from the next look on', async ({ box }) => {
    box.file('proc/uptime', '100.0 0\n');
    const parts = `HO_ROOT='${box.root}' HO_HERE='${box.root}' P_FOR=3 looks=0
ho_scan() { looks=$((looks + 1)); echo "$((100 + 2 * looks)).0 0" >"$HO_ROOT/proc/uptime"; }
ho_seize() { case $looks in 2) echo 109 ;; 4) echo 1 ;; *) return 0 ;; esac >"$HO_HERE/until"; }
ho_release() { echo "$looks looks"; }
sleep() { :; }
`;
    expect((await box.run(parts + watch, shell)).stdout).toBe('4 looks\n');
  });
});
