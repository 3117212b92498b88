import { defineAction } from '../../src/actions/types.ts';
import type { Target } from '../../src/kit/types.ts';
import { nodeScript } from '../../src/node/script.ts';
import type { Op } from '../../src/node/types.ts';
import { context, target } from './sandbox.ts';

/** An action that is nothing but its script. */
export function madeUp(script: string, variables: (params: never) => Record<string, string> = () => ({})) {
  return defineAction({
    name: 'made-up',
    title: 'Made up',
    danger: 'change',
    scope: 'node',
    parameters: {},
    summary: () => 'made up',
    node: { fragments: { node: script }, variables },
  });
}

type Over = Partial<Omit<Parameters<typeof nodeScript>[0], 'action' | 'op'>> & {
  target?: Partial<Target>;
  via?: 'ssh' | 'ssm';
};

/** The text of an order of run r1, step s1. */
export function order(
  action: unknown,
  op: Op,
  { target: who = {}, via = 'ssh', ...over }: Over = {},
): string {
  return nodeScript({
    action: action as never,
    params: {},
    op,
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 60_000,
    context: context(),
    ...over,
  }).textFor(target(who), via);
}
