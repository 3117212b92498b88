import { expect, it } from 'vitest';
import { othersLines } from '../../src/receipts/others.ts';
import { outcome } from '../report/records.ts';

const says = (target: string, data: Record<string, string>) =>
  outcome(target, 'ok', { result: { fireaxe: 1, op: 'check', state: 'would', data } });

it('a line for each run of another operator, with the nodes on which it stands', () => {
  const lines = othersLines([
    says('n1', { other_1: 'r1/fence bob@desk', other_2: 'r2/hold carol@x', port: 'r3/x y' }),
    says('n2', { other_1: 'r1/fence bob@desk' }),
    says('n3', { other_1: '../etc x', other_2: 'no' }),
  ]);
  expect(lines).toEqual([
    'the run r1 of bob@desk stands on n[1-2] (2)',
    'the run r2 of carol@x stands on n1 (1)',
  ]);
});
