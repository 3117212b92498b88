import { expect, test } from 'vitest';
import { drill, fireaxe, labUp } from './fireaxe.ts';

const SCENARIO = ['--scenario', 'cold-start'];

interface Cold {
  whole: { halfSeconds: number; allSeconds: number | null };
  requestsLost: number;
  pullsThrottled: number;
}

test('the registry turns away far fewer pulls of workers that return in batches than all at once', async () => {
  const lab = await labUp(...SCENARIO);
  const words = ['run', 'cold-start', '-p', 'batch=100%', '--reason', 'practice', '--confirm', 'lab 3'];
  const { child } = lab.start([...words, '--no-input']);
  try {
    const { code, score, stderr } = await drill(...SCENARIO);
    expect(score, stderr).toMatchObject({ scenario: 'cold-start', recovered: true, workers: 24 });
    expect(code).toBe(0);
    expect(score.lab).toMatchObject({
      seen: { fenced: { most: 24 } },
      now: { ready: 3, whole: 24, fenced: 0 },
    });
    const paced = { ...score, whole: score.lab['whole' as never] } as unknown as Cold;

    const { json } = await fireaxe(['drill', 'status', '--dir', lab.dir, '--output', 'json']);
    const atOnce = json.score as unknown as Cold & { seen: object };
    const text = JSON.stringify({ paced, atOnce });
    // It had more time, since it began first.
    expect(atOnce.seen, text).toMatchObject({ fenced: { most: 24 } });
    // Which is sooner rests on the machine, too: Fireaxe's own part of the time is not scaled.
    expect(paced.whole, text).toEqual({ halfSeconds: expect.any(Number), allSeconds: expect.any(Number) });
    expect(paced.pullsThrottled, text).toBeLessThan(0.7 * atOnce.pullsThrottled);
  } finally {
    child.kill('SIGKILL');
    await lab.end();
  }
});
