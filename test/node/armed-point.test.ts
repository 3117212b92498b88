import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { cordon } from '../../src/actions/cordon/action.ts';
import { order } from './made-up.ts';
import { type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const apply = order(cordon, 'apply', { params: { port: ['8080'], timer: 60 } });

/** A systemd that started 200 s after the boot of its kernel, and takes a timer for begun at `seen`, by its own clock. */
function systemd(box: Sandbox, seen: string): void {
  box.file('/run/systemd/system/.here', '');
  box.file('/proc/uptime', '1000.07 1.00\n');
  box.tool('nft', readFileSync(join(import.meta.dirname, 'tools/nft.sh'), 'utf8'));
  box.tool('systemd-run', '');
  box.tool(
    'systemctl',
    `case $* in
  'show --property=UserspaceTimestampMonotonic') echo UserspaceTimestampMonotonic=200001234 ;;
  'show --property=ActiveState,ActiveEnterTimestampMonotonic '*) printf 'ActiveEnterTimestampMonotonic=${seen}\\nActiveState=active\\n' ;;
esac`,
  );
}
const armed = (box: Sandbox) => readFileSync(join(box.root, 'calls'), 'utf8').match(/--on-\w+=\w+/g);

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('the timer is armed for a point of the clock that no reload starts anew', async ({ box }) => {
    systemd(box, '1000120000');
    expect((await box.run(apply, shell)).result).toMatchObject({ state: 'changed' });
    expect(armed(box)).toEqual(['--on-startup=860070ms']);
  });

  test('where systemd goes by another clock than ours, by that of systemd', async ({ box }) => {
    systemd(box, '300120000');
    expect((await box.run(apply, shell)).result).toMatchObject({ state: 'changed' });
    expect(armed(box)).toEqual(['--on-startup=860070ms', '--on-startup=160120ms']);
  });
});
