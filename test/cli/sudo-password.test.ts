import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { sudoPassword } from '../../src/cli/sudo-password.ts';
import type { CliIo } from '../../src/cli/types.ts';

it('joins a character that arrives in two chunks', async () => {
  const stdin = new PassThrough();
  const password = sudoPassword({ sudoPasswordStdin: true }, { stdin } as unknown as CliIo);
  const bytes = Buffer.from('gehé\nmore');
  for (const part of [bytes.subarray(0, 4), bytes.subarray(4)]) {
    stdin.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  stdin.end();
  expect(await password).toBe('gehé');
});
