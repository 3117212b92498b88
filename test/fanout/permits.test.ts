import { describe, expect, it } from 'vitest';
import { Permits } from '../../src/fanout/permits.ts';

describe('a place among those in flight', () => {
  it('is taken once, also by an order that is sent once more', async () => {
    const permits = new Permits(1);
    await permits.take(1);
    const idle = permits.idle();
    await idle.wake();
    // It holds the only place: to wait for it again would be to wait for itself.
    await idle.wake();
    const next = permits.take(1);
    idle.end();
    permits.give(1);
    expect(await next).toBe(1);
  }, 2_000);
});
