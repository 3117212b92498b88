import { describe, expect, it } from 'vitest';
import { asciiJson } from '../../src/base/ascii-json.ts';
import { mayStand, type Receipt, readReceipts } from '../../src/receipts/line.ts';

const AT = new Date('2026-11-20T10:20:00Z');
const ORDER = {
  v: 1,
  run: 'r1',
  step: 's1',
  n: 0,
  of: 1,
  action: 'fence',
  params: {},
  digest: '',
  cluster: 'c',
  operator: 'alice@laptop',
  reason: 'INC-42',
  at: '2026-11-20T10:15:00.000Z',
};
const line = (rest: string, order: unknown = ORDER) => `receipt ${rest} ${asciiJson(order)}\n`;

describe('readReceipts', () => {
  it('reads an armed step with the time at which its node reverts it', () => {
    expect(readReceipts(`banner\n${line('r1/s1 1795169700 changed 90 -')}`, AT)).toMatchObject([
      {
        run: 'r1',
        folder: 's1',
        state: 'changed',
        since: '2026-11-20T10:15:00Z',
        until: '2026-11-20T10:21:30Z',
      },
    ]);
  });

  it('passes over what is in no form of it', () => {
    const wrong = [
      'r1 1 changed - -',
      'r1/../x 1 changed - -',
      'r1/s1/t 1 changed - -',
      'r1/s1 1 gone - -',
      '-x/s 1 changed - -',
    ];
    expect(readReceipts(wrong.map((rest) => line(rest)).join(''), AT)).toEqual([]);
  });

  it("does not take another run's order, or one in another form, for that of the step", () => {
    const orders = [
      { ...ORDER, run: 'r2' },
      { ...ORDER, step: 's2' },
      { ...ORDER, params: 'x' },
      { ...ORDER, v: 2 },
      7,
    ];
    for (const order of orders) {
      const [receipt] = readReceipts(line('r1/s1 1 changed kept -', order), AT);
      expect(receipt?.order, JSON.stringify(order)).toBeUndefined();
    }
  });
});

describe('mayStand', () => {
  const is = (over: Partial<Receipt>) => mayStand({ run: 'r', folder: 's', state: 'changed', ...over }, AT);

  it('counts what was made or may have been made, and is neither undone nor over', () => {
    expect(is({})).toBe(true);
    expect(is({ state: 'interrupted' })).toBe(true);
    expect(is({ until: '2026-11-20T10:21:00Z' })).toBe(true);
    expect(is({ until: '2026-11-20T10:19:00Z' })).toBe(false);
    for (const state of ['undone', 'reverted', 'already', 'refused', 'ok'] as const)
      expect(is({ state })).toBe(false);
  });
});
