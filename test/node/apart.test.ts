import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import apart from '../../src/node/lib/common/apart.sh';
import { SHELLS } from './sandbox.ts';

const run = (shell: string[], script: string) => {
  const text = `FX_NL='\n'\nFX_NONCE=abc\n${apart}\n${script}`;
  return spawnSync(shell[0]!, [...shell.slice(1), '-c', text], { encoding: 'utf8', maxBuffer: 1 << 26 });
};

test.each(SHELLS.map((s) => [s[0]!, s] as const))(
  '%s: keeps the two streams and the status apart',
  (_name, shell) => {
    const tool = "tool() { echo first >&2; printf 'a\\nb'; echo last >&2; return 3; }";
    const ran = run(shell, `${tool}\napart tool; echo "$?|$AP_RC|$AP_OUT|$AP_SAID"`);
    expect(ran.stdout).toBe('3|3|a\nb|first\nlast\n');
    expect(run(shell, 'apart true; echo "$?|$AP_OUT|$AP_SAID|"').stdout).toBe('0|||\n');
    expect(run(shell, 'apart echo x; echo "$?|$AP_OUT|$AP_SAID|"').stdout).toBe('0|x||\n');
  },
);

test.each(SHELLS.map((s) => [s[0]!, s] as const))(
  '%s: an object of megabytes takes no longer than it must',
  (_name, shell) => {
    const began = Date.now();
    const big = "big() { echo word >&2; head -c 3000000 /dev/zero | tr '\\0' x; }";
    const ran = run(shell, `${big}\napart big; printf '%s' "$AP_OUT" | wc -c; echo "$AP_SAID"`);
    expect(ran.stdout).toBe('3000000\nword\n');
    expect(Date.now() - began).toBeLessThan(10_000);
  },
);
