import { test as base } from 'vitest';
import { Sandbox } from './sandbox.ts';

/** Tests with a machine of their own each, so that they may run side by side: most of their time is a script's waiting. */
export const test = base.extend<{ box: Sandbox }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the pattern to know what a fixture needs.
  async box({}, use) {
    const box = new Sandbox();
    await use(box);
    box.remove();
  },
});
