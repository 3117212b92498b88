import { expect, it } from 'vitest';
import { inBackground } from '../../src/cli/foreground.ts';

it.each([
  ['this job has the terminal', '7 (node) S 1 7 5 34816 7 4194304', false],
  ['another job has it', '7 (node) S 1 7 5 34816 9 4194304', true],
  ['a name with brackets and spaces', '7 (a) b (c)) S 1 7 5 34816 9 4194304', true],
  ['no terminal', '7 (node) S 1 7 5 0 -1 4194304', false],
  ['nothing to read', '', false],
])('%s', (_, stat, background) => {
  expect(inBackground(stat)).toBe(background);
});
