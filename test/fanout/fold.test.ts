import { expect, it } from 'vitest';
import { foldOutput } from '../../src/fanout/fold.ts';
import { outcome } from './fake-transport.ts';

it('puts nodes that said the same together, outliers last', () => {
  const folds = foldOutput([
    outcome('odd', 'ok', { stdout: 'b' }),
    ...['n1', 'n2', 'n3'].map((n) => outcome(n, 'ok', { stdout: 'a' })),
    outcome('dead', 'unreachable', { reason: { code: 'refused', message: '10.0.0.9 refused' } }),
    outcome('dead2', 'unreachable', { reason: { code: 'refused', message: '10.0.0.8 refused' } }),
  ]);
  expect(folds.map((f) => [f.nodes.join(), f.state, f.stdout])).toEqual([
    ['n1,n2,n3', 'ok', 'a'],
    ['dead,dead2', 'unreachable', ''],
    ['odd', 'ok', 'b'],
  ]);
});

it('keeps equal output with different ends apart', () => {
  expect(
    foldOutput([outcome('a', 'ok', { exitCode: 0 }), outcome('b', 'failed', { exitCode: 1 })]),
  ).toHaveLength(2);
});

it('keeps each wording of a reason once, in order', () => {
  const refused = (at: string) => ({
    reason: { code: 'refused' as const, message: `${at} refused`, next: 'look' },
  });
  const [fold] = foldOutput(
    ['a', 'b', 'a', 'b'].map((at, i) => outcome(`n${i}`, 'unreachable', refused(at))),
  );
  expect(fold).toMatchObject({ reasons: ['refused: a refused', 'refused: b refused'], nexts: ['look'] });
});
