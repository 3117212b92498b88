import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Op } from '../../src/node/types.ts';
import { madeUp, order } from './made-up.ts';
import { Sandbox, SHELLS } from './sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

/** An action whose text is given: nothing but what it says of itself. */
const saying = (look: string, variables: Record<string, string> = {}, op: Op = 'check') =>
  order(
    madeUp(`act_look() {\n${look}\n}\nact_apply() { :; }\n`, () => variables),
    op,
  );

/** What a text becomes in the result: each byte outside printable ASCII shows as `?`. */
const shown = (value: string) =>
  Buffer.from(value)
    .toString('latin1')
    .replace(/[^\n\t -~]/g, '?');

const anyText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          '"',
          '\\',
          '\n',
          '\t',
          '\r',
          '$(x)',
          '`',
          '*',
          '[',
          ']',
          '{',
          '}',
          '?',
          '%',
          '!',
          "'",
          '^',
          '|',
          '&',
          '\x7f',
          '\x1b[31m',
          'ä',
          '語',
          ' ',
          'a',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join('')),
  )
  .map((t) => t.replaceAll('\0', ''));

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('any text comes through as JSON, byte by byte', async () => {
    const all = fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 50, maxLength: 50 }), async (texts) => {
        const variables = Object.fromEntries(texts.map((t, i) => [`P_T${i}`, t]));
        const look = `i=0; while [ $i -lt ${texts.length} ]; do eval "fx_json \\"\\$P_T$i\\""; printf '"%s"\\n' "$FX_J"; i=$((i + 1)); done`;
        const ran = await box.run(saying(look, variables), shell);
        expect(ran.result?.state).toBe('ok');
        expect(
          ran.stdout
            .trimEnd()
            .split('\n')
            .map((l) => JSON.parse(l)),
        ).toEqual(texts.map(shown));
      }),
      { numRuns: 10 },
    );
    await all;
  });

  test('a state before that does not fit is left out of the line, which stays whole', async () => {
    const look = `FX_STATE=would; i=0; while [ $i -lt 90 ]; do fx_before k$i 0123456789012345678901234567890123456789; i=$((i + 1)); done`;
    const check = await box.run(saying(look), shell);
    expect(check.result).toMatchObject({ state: 'would' });
    expect(JSON.stringify(check.result).length).toBeLessThanOrEqual(2400);
    const apply = await box.run(saying(look, {}, 'apply'), shell);
    expect(apply.result).toMatchObject({ state: 'refused', code: 'before-too-large' });
    expect(JSON.stringify(apply.result).length).toBeLessThanOrEqual(2400);
  });

  test('the longest of everything at once is at most 2,400 characters', async () => {
    const look = `FX_STATE=already FX_CODE=before-too-large FX_EXIT=255; fx_before b "$P_B"; i=0
      while [ $i -lt 400 ]; do fx_data k$i "$P_D"; i=$((i + 1)); done; fx_data a_rather_long_name_of_a_value ''; fx_say "$P_N"`;
    const variables = { P_B: 'b'.repeat(994), P_D: 'd', P_N: 'n'.repeat(300) + '"'.repeat(700) };
    const r = await box.run(saying(look, variables), shell);
    expect(r.result?.before?.b).toHaveLength(994);
    expect(JSON.stringify(r.result).length).toBeLessThanOrEqual(2400);
  });
});
