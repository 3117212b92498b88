import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Capture, readOutput } from '../../src/transport/capture.ts';

const NONCE = 'n0nce';
const BEGAN = `fireaxe:${NONCE}:began\n`;
const LINE = `{"fireaxe":1,"nonce":"${NONCE}","op":"apply","state":"changed"}`;

function read(text: string | Buffer, maxOutput: number, chunk = 1000) {
  const bytes = Buffer.from(text);
  const out = new Capture(maxOutput + BEGAN.length);
  for (let i = 0; i < bytes.length; i += chunk) out.push(bytes.subarray(i, i + chunk));
  return readOutput(out, new Capture(maxOutput), { nonce: NONCE, maxOutput });
}

describe('a captured output', () => {
  it("keeps all within the limit, without the words of the protocol and the login's noise", () => {
    expect(read(`noise\n${BEGAN}hello\n\n${LINE}\n`, 100)).toMatchObject({
      stdout: 'hello\n',
      truncated: false,
      began: true,
      result: { state: 'changed' },
    });
    expect(read('sudo: no', 100)).toMatchObject({ stdout: 'sudo: no', began: false });
  });

  it('keeps the head and the result of any size of output cut into any chunks', () => {
    fc.assert(
      fc.property(fc.nat(80_000), fc.integer({ min: 1, max: 40_000 }), fc.nat(5000), (size, chunk, limit) => {
        const output = 'x'.repeat(size);
        const seen = read(`${BEGAN}${output}\n${LINE}\n`, limit, chunk);
        expect(seen.result?.state).toBe('changed');
        expect(seen.stdout).toBe(output.slice(0, limit));
        expect(seen.truncated).toBe(size > limit);
      }),
      { numRuns: 200 },
    );
  });

  it('never ends within a character', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (limit) => {
        const { stdout } = read(`${BEGAN}${'aé€😀'.repeat(20)}`, limit);
        expect(stdout).not.toContain('\ufffd');
        expect('aé€😀'.repeat(20).startsWith(stdout)).toBe(true);
        expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('does not grow with a flood', () => {
    const out = new Capture(1000);
    const chunk = Buffer.alloc(32_768, 'y');
    for (let i = 0; i < 5000; i++) out.push(chunk);
    const { head, tail, gap } = out.kept();
    expect(head.length).toBe(1000);
    expect(tail.length).toBeLessThanOrEqual(64 * 1024);
    expect(gap).toBe(true);
    expect(out.total).toBe(5000 * 32_768);
  });
});
