import { describe, expect, it } from 'vitest';
import { speedOf, textOf, wantedSpeed } from '../../../src/actions/scale-volume/speed.ts';

const wanted = (now: string, gib: number, params: object) => {
  const speed = wantedSpeed(speedOf(now), gib, {
    iops: undefined,
    throughput: undefined,
    toGp3: false,
    ...params,
  });
  return typeof speed === 'string' ? speed : textOf(speed);
};

describe('the speed of a volume', () => {
  it.each([
    ['gp3 3000 125', 100, { iops: 16000, throughput: 1000 }, 'gp3 16000 1000'],
    ['gp3 3000 125', 100, { throughput: 700 }, 'gp3 3000 700'],
    ['gp3 3000 125', 160, { iops: 80000, throughput: 2000 }, 'gp3 80000 2000'],
    // Never less than it has.
    ['gp3 20000 500', 100, { iops: 16000, throughput: 125 }, 'gp3 20000 500'],
    ['gp3 3000 125', 5, { iops: 3000 }, 'gp3 3000 125'],
    ['io2 5000 -', 100, { iops: 90000 }, 'io2 90000 -'],
    ['gp2 300 -', 100, { toGp3: true }, 'gp3 3000 128'],
    ['gp2 6000 -', 2000, { toGp3: true, iops: 9000 }, 'gp3 9000 250'],
  ])('%s of %i GiB with %j is %s', (now, gib, params, then) => {
    expect(wanted(now, gib, params)).toBe(then);
  });

  it.each([
    ['gp2 300 -', 100, { iops: 16000 }, 'add --to-gp3'],
    ['gp3 3000 125', 20, { iops: 16000 }, 'more than gp3 can give at 20 GiB: at most 10000'],
    ['gp3 3000 125', 900, { iops: 90000 }, 'at most 80000'],
    ['gp3 3000 125', 100, { throughput: 1000 }, 'need at least 4000 IOPS'],
    ['io2 5000 -', 100, { throughput: 500 }, 'io2 takes no throughput'],
    ['st1 - -', 500, { iops: 3000 }, 'of a st1 volume cannot be changed'],
  ])('%s of %i GiB with %j is refused: %s', (now, gib, params, why) => {
    expect(wanted(now, gib, params)).toContain(why);
  });
});
