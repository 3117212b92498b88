import { afterAll, expect } from 'vitest';

/** Files share a process: what one leaves behind in it would be a riddle in another. */
const now = () => ({
  // The AWS SDK's warning is turned off by the product itself, for good.
  env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: undefined },
  cwd: process.cwd(),
  globals: [setTimeout, setInterval, setImmediate, clearTimeout, Date, performance],
});
const before = now();
// The last of all to run in a file.
afterAll(() => expect(now()).toEqual(before));
