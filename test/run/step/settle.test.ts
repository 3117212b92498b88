import { expect, it } from 'vitest';
import { execute } from '../../../src/run/execute.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { envFor, fakeFleet, kitOf } from '../fake-fleet.ts';
import { holdStep, planOf } from '../plans.ts';

/** A gate that cannot open: no control-plane node is in this fleet. */
const SHUT = { answering: '100%', holdsMs: 0, withinMs: 0, everyMs: 1 };

it.each<['already' | 'changed', string]>([
  ['already', 'done'],
  ['changed', 'guard'],
])(
  'after a batch whose nodes say %s, its gate is waited for only where something changed',
  async (did, state) => {
    const kit = kitOf(2);
    const { transport } = fakeFleet();
    const told: Transport = {
      ...transport,
      async *run(batch, script, options) {
        for await (const outcome of transport.run(batch, script, options)) {
          if (outcome.result?.op === 'apply') outcome.result.state = did;
          yield outcome;
        }
      },
    };
    const step = { ...holdStep(kit, 'batch'), gate: SHUT, rollBack: true };
    const plan = planOf(kit, [{ name: 'a', steps: [step] }]);
    expect(await execute(plan, envFor(kit, told))).toMatchObject({ state });
  },
);
