import { expect, it } from 'vitest';
import { NodeImages, REQUESTS } from '../../../src/drill/registry/node-images.ts';
import { CLOCKS, labMs } from '../../../src/drill/time-scale.ts';

const IMAGE = 'registry.example/shop:1.0';

/** A node's images behind a registry that answers as it is told, and the clock that takes them on. */
function node(serves: () => boolean) {
  const images = new NodeImages({ registry: { serves }, random: () => 0 });
  let now = 0;
  return {
    images,
    pass(ms: number) {
      const end = now + ms;
      for (; now < end; now += 5) images.sync(now + 5);
      return now;
    },
    what: () => images.events().map(({ at, what }) => `${at / labMs(1)} ${what}`),
  };
}

it('has an image once every request of its pull was served', () => {
  const { images, pass, what } = node(() => true);
  images.want(IMAGE, 0);
  images.want(IMAGE, 0);
  pass(CLOCKS.pullRequest);
  expect([images.has(IMAGE), images.underWay()]).toEqual([false, 1]);
  pass(CLOCKS.pullRequest * REQUESTS);
  expect([images.has(IMAGE), images.underWay()]).toEqual([true, 0]);
  expect(what().map((line) => line.split(' ')[1])).toEqual(['done', 'begun']);
});

it('waits 10 s after a 429, twice as long after each further one, at most 5 minutes, and is not under way meanwhile', () => {
  const { images, pass, what } = node(() => false);
  images.want(IMAGE, 0);
  pass(labMs(1300));
  expect(images.underWay()).toBe(0);
  const failed = what()
    .filter((line) => line.endsWith('throttled'))
    .map(Number.parseFloat)
    .toReversed();
  const waits = failed.slice(1).map((at, i) => Math.round((at - failed[i]!) / 10) * 10);
  expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
});

it('loses what it had fetched of a pull that failed', () => {
  let asked = 0;
  // The last request of the first attempt is refused.
  const { images, pass } = node(() => ++asked !== REQUESTS);
  images.want(IMAGE, 0);
  pass(labMs(60));
  expect(images.has(IMAGE)).toBe(true);
  expect(asked).toBe(2 * REQUESTS);
});

it('keeps its images when its machine goes off, and forgets its pulls', () => {
  const { images, pass } = node(() => true);
  images.want(IMAGE, 0);
  const now = pass(labMs(10));
  images.want('registry.example/mesh:1.0', now);
  images.sync(now);
  images.forgetPulls();
  expect([images.has(IMAGE), images.underWay()]).toEqual([true, 0]);
});
