import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fence } from '../../../src/actions/fence/action.ts';
import { parseParams } from '../../../src/actions/params.ts';
import { order } from '../../node/made-up.ts';
import { SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('the watch of a fence outlives an nft that fails, and ends with the table', async ({ box }) => {
    const body = (name: string) =>
      readFileSync(join(import.meta.dirname, `../../node/tools/${name}.sh`), 'utf8');
    for (const name of ['nft', 'systemctl', 'systemd-run', 'ss']) box.tool(name, body(name));
    box.file('/run/systemd/system/.here', '');
    box.file('/sys/fs/cgroup/cgroup.controllers', '');
    box.file('/sys/fs/cgroup/telemetry.slice/cgroup.procs', '');
    const params = parseParams(
      fence,
      { on: 'nodes', only: '/telemetry.slice', service: '10.96.0.1' },
      'fence',
    );
    expect((await box.run(order(fence, 'apply', { params }), shell)).result).toMatchObject({
      state: 'changed',
    });
    const watch = readFileSync(join(box.root, 'run/fireaxe/r1/s1/watch'), 'utf8');
    const turns = `CL_FOR=15 turns=0; sleep() { turns=$((turns + 1)); }; trap 'echo $turns' EXIT\n${watch}`;
    box.tool('nft', "echo 'Error: cannot allocate memory' >&2\nexit 1");
    expect((await box.run(turns, shell)).stdout).toBe('15\n');
    box.tool('nft', "echo 'Error: No such file or directory' >&2\nexit 1");
    expect((await box.run(turns, shell)).stdout).toBe('9\n');
  });
});
