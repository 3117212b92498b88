import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Variant, variantFlags, variantParameters } from '../../src/cli/variants.ts';

const text = z.string();
const host = {
  action: 'cordon',
  by: '--at host',
  parameters: { port: { schema: text, help: 'ports', flag: '--port <port>' } },
  options: ['pauseFirst'],
} satisfies Variant;
const balancer = {
  action: 'cordon-balancer',
  by: '--at balancer',
  parameters: {
    port: { schema: text, help: 'other ports', flag: '--port <port>' },
    within: { schema: text, help: 'longest drain', flag: '--within <duration>' },
  },
} satisfies Variant;
const variants = [host, balancer];

describe('variants of a verb', () => {
  it('have their options under a heading each; a shared one stands with the first', () => {
    expect(variantFlags(variants)).toMatchObject({
      port: { group: 'With --at host:', help: 'ports' },
      within: { group: 'With --at balancer:' },
    });
  });

  it('take their own flags alone', () => {
    const flags = { port: '1', within: '9m', cluster: 'c', pauseFirst: undefined };
    expect(variantParameters('cordon', balancer, variants, flags)).toEqual({ port: '1', within: '9m' });
  });

  it.each([
    [host, { within: '9m' }, '--within is for cordon --at balancer'],
    [balancer, { pauseFirst: true }, '--pause-first is for cordon --at host'],
  ])('refuse the flag of another one: %#', (chosen, flags, message) => {
    expect(() => variantParameters('cordon', chosen, variants, flags)).toThrow(message);
  });
});
