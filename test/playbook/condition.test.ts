import { describe, expect, it } from 'vitest';
import { holds, parseCondition } from '../../src/playbook/condition.ts';

const params = { yes: 'true', no: 'false', size: 'large', words: 'a == b or c', empty: '' };
const value = (text: string, given: Record<string, string> = params) =>
  holds(parseCondition(text)!, given, 'p.yaml:1:1');

describe('a condition', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['${yes}', true],
    ['${no}', false],
    ['not ${no}', true],
    ['not not ${no}', false],
    ['${size} == large', true],
    ['${size}==large', true],
    ['${size} != large', false],
    ['not ${size} == small', true],
    ['${size} == small or ${size} == large', true],
    ['${yes} and ${size} != large', false],
    ['${yes} and not ${no} and ${size} == large', true],
    ['${no} or ${no}', false],
    ['"${empty}" == ""', true],
    ['${empty} == ""', true],
    ["${words} == 'a == b or c'", true],
    ['x-${size} == "x-large"', true],
  ])('%s is %s', (text, held) => {
    expect(value(text)).toBe(held);
  });

  it('is undecided without a value that it depends on, and only then', () => {
    expect(value('${size} == large', {})).toBeUndefined();
    expect(value('not ${yes}', {})).toBeUndefined();
    expect(value('${yes} and ${no}', { no: 'false' })).toBe(false);
    expect(value('${yes} or ${no}', { yes: 'true' })).toBe(true);
    expect(value('${yes} or ${no}', { no: 'false' })).toBeUndefined();
    expect(value('${size} == large', { size: '${size}' })).toBe(false);
  });

  it.each([
    '',
    '==',
    '${size} =',
    '${size} = large',
    '${size} === large',
    '${size} == ',
    '== large',
    '${size} large',
    '${a} and',
    'or ${a}',
    '${a} and ${b} or ${c}',
    'not',
    '!${a}',
    '"open',
    '${size} == very large',
    '${a} == ${b} == ${c}',
  ])('%j is refused', (text) => {
    expect(parseCondition(text)).toBeUndefined();
  });

  it('refuses a word alone that is neither true nor false', () => {
    expect(() => value('${size}')).toThrow('when must be true or false: "large"');
    expect(() => value('not ${empty}')).toThrow('when must be true or false: ""');
  });
});
