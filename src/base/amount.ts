import { usage } from './errors.ts';

/** A count or a share of a whole: `5` or `10%`. */
export type Amount = { count: number } | { percent: number };

/** Reads `N` or `N%`. Throws a usage error naming `place`. */
export function parseAmount(text: string | number, place: string): Amount {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(String(text).trim());
  const n = Number(match?.[1]);
  if (!match || (match[2] ? n > 100 : !Number.isInteger(n))) {
    throw usage(`not an amount: ${JSON.stringify(text)}`, {
      place,
      expected: 'a whole number, or a percentage up to 100%',
    });
  }
  return match[2] ? { percent: n } : { count: n };
}

/** The same where none makes no sense; `none` says what it would be, such as `the wave has no nodes`. */
export function parseSome(text: string | number, place: string, none: string): Amount {
  const amount = parseAmount(text, place);
  if (resolveAmount(amount, 1, 'up') > 0) return amount;
  throw usage(none, { place, expected: 'a whole number from 1, or a percentage above 0%' });
}

/** Units out of `total`; a share rounds up when it must do something (`up`), down when it may at most allow. */
export function resolveAmount(amount: Amount, total: number, round: 'up' | 'down'): number {
  if ('count' in amount) return Math.min(amount.count, total);
  const share = (amount.percent * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

export function formatAmount(amount: Amount): string {
  return 'count' in amount ? String(amount.count) : `${amount.percent}%`;
}
