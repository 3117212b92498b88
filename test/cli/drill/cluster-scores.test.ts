import { expect, it } from 'vitest';
import { clusterScores, wholeScore } from '../../../src/cli/drill/cluster-scores.ts';

const score = (cluster: string, window: number | null, recovery: number | null) => ({
  cluster,
  workers: 8,
  recovered: recovery !== null,
  timeToWindowSeconds: window,
  timeToRecoverySeconds: recovery,
});

it('scores each cluster and the whole', () => {
  const scores = [score('lab-1', 4, 10), score('lab-2', 20, 30), score('lab-3', 12, 21.5)];
  expect(wholeScore(scores)).toEqual({
    recovered: 3,
    of: 3,
    window: { medianSeconds: 12, lastSeconds: 20 },
    recovery: { medianSeconds: 21.5, lastSeconds: 30 },
  });
  expect(clusterScores(scores).slice(-3)).toEqual([
    '3 of 3 clusters recovered',
    'window: half of them within 12.0s, all within 20.0s',
    'recovery: half of them within 21.5s, all within 30.0s',
  ]);
});

it('counts what never happened as later than all that did', () => {
  const whole = wholeScore([score('lab-1', 4, null), score('lab-2', 5, 9), score('lab-3', 6, 10)]);
  expect(whole).toMatchObject({ recovered: 2, recovery: { medianSeconds: 10, lastSeconds: null } });
});
