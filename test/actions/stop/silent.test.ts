import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { watchText } from '../../../src/actions/stop/hold.ts';
import { SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a runtime that does not answer for a while: pods stay without the API', async ({ box }) => {
    for (const name of ['crictl', 'nft']) {
      box.tool(name, readFileSync(join(import.meta.dirname, `../../node/tools/${name}.sh`), 'utf8'));
    }
    box.file('etc/crictl.yaml', '');
    box.file('pods/aaa', '42|11-22|POD|10.244.1.5 ');
    box.file('proc/42/cgroup', '0::/kubepods/pod11-22/aaa\n');
    box.file('sys/fs/cgroup/kubepods/pod11-22/cgroup.freeze', '0\n');
    box.file('proc/uptime', '100.0 0\n');
    // Between two looks a second goes by; after the first the runtime is silent, after the second it has no such pod any more.
    const parts = `HO_ROOT='${box.root}' HO_HERE='${box.root}' P_FOR=3 P_PODS=ns/app=x P_HOW=network looks=0
IN_API4=10.0.0.1 IN_API6='' IN_PORTS=6443 HO_TABLE=held
sleep() {
  if [ -e "$HO_ROOT/table" ]; then echo held; else echo free; fi
  looks=$((looks + 1))
  echo "$((100 + looks)).0 0" >"$HO_ROOT/proc/uptime"
  case $looks in 1) : >"$HO_ROOT/runtime-down" ;; 2) rm "$HO_ROOT/runtime-down" "$HO_ROOT/pods/aaa" ;; esac
}
`;
    const ran = await box.run(parts + watchText('pods'), shell);
    expect(ran.stdout).toBe('held\nheld\nfree\n');
  });
});
