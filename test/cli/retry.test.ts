import { expect, it } from 'vitest';
import { retryOf } from '../../src/cli/retry.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { RunVerdict } from '../../src/run/types.ts';
import type { Outcome } from '../../src/transport/types.ts';

const verdict = { state: 'guard', next: 'fireaxe timeline R' } as RunVerdict;
const failed = { target: 'cp-2', state: 'failed' } as Outcome;
const planOf = (...ids: string[]) =>
  ({ workstreams: [{ name: 'fence', steps: ids.map((id) => ({ kind: 'action', id })) }] }) as unknown as Plan;

it('names the remaining nodes of a one-step verb', () => {
  const flags = { typed: { verb: 'fence', argv: ['-c', 'prod-1', '--confirm', 'prod-1 3'] } };
  expect(retryOf(flags, verdict, planOf('fence'), [failed])).toBe('fireaxe fence -c prod-1 --nodes cp-2');
});

it('is not offered if a failed pause stopped the fence: it would fence that host only', () => {
  const flags = { typed: { verb: 'fence', argv: ['-c', 'prod-1', '--pause-controllers'] } };
  expect(retryOf(flags, verdict, planOf('pause', 'fence'), [failed])).toBeUndefined();
});
