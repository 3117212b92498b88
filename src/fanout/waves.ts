import { type Amount, resolveAmount } from '../base/amount.ts';

/**
 * Sizes of the waves of `total` targets: a canary first, then equal waves, the last one with the rest.
 * Without `wave` all the rest is one wave. Sizes add up to `total`, and each is at least 1.
 */
export function waveSizes(total: number, canary?: Amount, wave?: Amount): number[] {
  const sizes: number[] = [];
  let left = total;
  const push = (n: number) => {
    const size = Math.min(Math.max(1, n), left);
    sizes.push(size);
    left -= size;
  };
  if (canary && left > 0 && resolveAmount(canary, total, 'up') > 0) push(resolveAmount(canary, total, 'up'));
  while (left > 0) push(wave ? resolveAmount(wave, total, 'up') : left);
  return sizes;
}
