import { type Amount, resolveAmount } from '../base/amount.ts';

/**
 * Sizes of the waves of `total` targets: a canary first, then equal waves, the last one with the rest.
 * No `wave` means all the rest at once. Sizes add up to `total`; none is 0.
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
