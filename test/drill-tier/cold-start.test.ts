import { expect, test } from 'vitest';
import { drill } from './fireaxe.ts';

interface ColdScore {
  requestsLost: number;
  pullsThrottled: number;
  lab: {
    whole: { halfSeconds: number; allSeconds: number };
    seen: { fenced: { most: number; of: number } };
    now: { ready: number; whole: number; fenced: number };
  };
}

async function played(...argv: string[]): Promise<ColdScore> {
  const { code, score, stderr } = await drill('--scenario', 'cold-start', ...argv);
  expect(code, stderr).toBe(0);
  expect(score).toMatchObject({ scenario: 'cold-start', recovered: true, workers: 24 });
  const cold = score as unknown as ColdScore;
  expect(cold.lab).toMatchObject({
    seen: { fenced: { most: 24, of: 24 } },
    now: { ready: 3, whole: 24, fenced: 0 },
  });
  return cold;
}

test('workers that return in batches are whole sooner than all at once, and the users lose less', async () => {
  const [paced, atOnce] = await Promise.all([played(), played('-p', 'batch=100%')]);
  const text = JSON.stringify({ paced, atOnce });
  expect(paced.pullsThrottled, text).toBeLessThan(0.7 * atOnce.pullsThrottled);
  expect(paced.requestsLost, text).toBeLessThan(atOnce.requestsLost);
  expect(paced.lab.whole.allSeconds, text).toBeLessThan(atOnce.lab.whole.allSeconds);
});
