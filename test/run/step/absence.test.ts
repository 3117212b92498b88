import { describe, expect, it } from 'vitest';
import { whyNotKnown } from '../../../src/run/step/absence.ts';

const A = '11111111-1111-4111-8111-111111111111.25';
const B = '22222222-2222-4222-8222-222222222222.25';

describe('that a node has no receipt', () => {
  it('proves that nothing began in the boot of the launch alone', () => {
    expect(whyNotKnown({ boot: A, secondsAgo: 9 }, { boot: A, up: 1 })).toBeUndefined();
    expect(whyNotKnown({ boot: A, secondsAgo: 9 }, { boot: B, up: 99_999 })).toBe(
      `the node was rebooted since: boot ${A} at the launch, ${B} now`,
    );
    // The kernel went on; a container's PID 1 did not.
    expect(whyNotKnown({ boot: A, secondsAgo: 9 }, { boot: A.replace('.25', '.991') })).toBeDefined();
  });

  it('proves it where the node has been up for longer than the order is old', () => {
    expect(whyNotKnown({ secondsAgo: 60 }, { boot: B, up: 3600 })).toBeUndefined();
    expect(whyNotKnown({ secondsAgo: 60 }, { boot: B, up: 30 })).toBe(
      `the node was booted 30 s ago (boot ${B}), and the order was sent 60 s ago`,
    );
  });

  it('proves nothing where that is a matter of seconds, or where the node says nothing', () => {
    expect(whyNotKnown({ secondsAgo: 60 }, { up: 62 })).toBeDefined();
    expect(whyNotKnown({ secondsAgo: 100_000 }, { up: 100_050 })).toBeDefined();
    expect(whyNotKnown({ secondsAgo: 1 }, { boot: B })).toBeDefined();
    expect(whyNotKnown({ boot: A, secondsAgo: 1 }, {})).toBeDefined();
    expect(whyNotKnown({ secondsAgo: Number.POSITIVE_INFINITY }, { up: 9_999_999_999 })).toBeDefined();
  });
});
