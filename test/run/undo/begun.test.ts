import { expect, it } from 'vitest';
import { planActionStep } from '../../../src/plan/draft.ts';
import type { ActionStep } from '../../../src/plan/types.ts';
import { RunMemory } from '../../../src/run/memory.ts';
import type { JournalBody } from '../../../src/run/types.ts';
import { chooseUndo } from '../../../src/run/undo/choice.ts';
import { whyNotAsked } from '../../../src/run/verify.ts';
import { kitOf } from '../fake-fleet.ts';
import { planOf } from '../plans.ts';

const kit = kitOf(1);
const step = planActionStep(
  { id: 'out', action: 'cordon-balancer', params: {}, targets: ['n1'], place: 'test', maxFailures: '100%' },
  { kit, cluster: kit.clusters.c!, reason: 'test', now: new Date(), overrides: {} },
) as ActionStep;

const intent = { kind: 'intent', step: 'out', op: 'apply', targets: ['n1'] } as unknown as JournalBody;
const before: JournalBody = { kind: 'before', step: 'out', target: 'n1', before: { targets: '[]' } };
const ended = (state: 'refused' | 'already') =>
  ({
    kind: 'outcome',
    step: 'out',
    op: 'apply',
    outcome: {
      target: 'n1',
      state: state === 'refused' ? 'failed' : 'ok',
      result: { fireaxe: 1, op: 'apply', state },
    },
  }) as unknown as JournalBody;

function of(...records: JournalBody[]) {
  const memory = new RunMemory(planOf(kit, [{ name: 'w', steps: [step] }]));
  for (const record of records) memory.learn(record, new Date().toISOString());
  return {
    undone: chooseUndo(memory).chosen.flatMap(({ targets }) => targets),
    notVerified: whyNotAsked(memory, step, 'n1'),
  };
}

it('undoes what an attempt in the cloud began, although the next one refused or found it done', () => {
  expect(of(intent, before, intent, ended('refused'))).toEqual({ undone: ['n1'], notVerified: 'failed' });
  expect(of(intent, before, intent, ended('already'))).toEqual({ undone: ['n1'], notVerified: undefined });
  expect(of(intent, ended('refused'))).toEqual({ undone: [], notVerified: 'refused' });
});
