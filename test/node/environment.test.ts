import { describe, expect } from 'vitest';
import start from '../../src/node/lib/common/start.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

describe.concurrent.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('words are split as ever, and tools take their options anywhere, whatever the login says', async ({
    box,
  }) => {
    const script = `IFS=abc
${start}
words='one two'
for word in $words; do echo "$word"; done
sh -c 'echo "$LC_ALL $POSIXLY_CORRECT."'`;
    const ran = await box.run(script, shell, { env: { POSIXLY_CORRECT: '1', LC_ALL: 'tr_TR.UTF-8' } });
    expect(ran.stdout).toBe('one\ntwo\nC .\n');
  });
});
