import { describe, expect } from 'vitest';
import within from '../../src/node/lib/common/within.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.for(['timeout', 'own'])(
    '%s: a status is kept, output passes, what hangs is ended',
    async (by, { box }) => {
      const script = `${within}
WI_BY=${by}
within 9 true; echo "true $?"
within 9 sh -c 'exit 3'; echo "three $?"
within 9 no-such-tool 2>/dev/null; echo "none $?"
said=$(within 9 echo hello); echo "said $said $?"
said=$(within 1 sh -c 'echo some; exec sleep 1000'); echo "hung $said $?"
within 1 sh -c 'trap "" TERM; while :; do sleep 0.1; done' 2>/dev/null; echo "deaf $?"
`;
      const ran = await box.run(script, shell);
      expect(ran.stdout).toBe('true 0\nthree 3\nnone 127\nsaid hello 0\nhung some 124\ndeaf 124\n');
    },
  );

  test('does not use a timeout tool with another syntax', async ({ box }) => {
    box.tool('timeout', 'echo usage >&2; exit 1');
    const ran = await box.run(`${within}\nwithin_by; echo "$WI_BY"; within 9 echo on`, shell);
    // Busybox has one within itself.
    expect(ran.stdout).toBe(`${shell[0] === 'busybox' ? 'timeout' : 'own'}\non\n`);
  });
});
