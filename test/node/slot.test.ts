import { expect, it } from 'vitest';
import { actionNamed } from '../../src/actions/registry.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import { nodeScript } from '../../src/node/script.ts';
import { context, fleetNode, target } from './sandbox.ts';

function slot(node: Partial<FleetNode>, others: FleetNode[]): string | undefined {
  const action = actionNamed('exec');
  const self = fleetNode(node);
  const script = nodeScript({
    action,
    params: action.params.parse({ command: 'true' }),
    op: 'apply',
    runId: 'r',
    stepId: 's',
    notAfter: new Date(),
    deadlineMs: 1000,
    context: context([self, ...others]),
  });
  return /^FX_SLOT=(.*)$/m.exec(script.textFor(target(self), 'ssh'))?.[1];
}

it('entries that may be one machine keep their receipts apart; a known machine has one place', () => {
  const other = fleetNode({ name: 'n2', machineId: 'f'.repeat(32) });
  expect(slot({}, [other])).toBe("''");
  expect(slot({}, [fleetNode({ name: 'n2' })])).toBe('_n1');
  expect(slot({ machineId: undefined as never, instanceId: 'i-1' }, [other])).toBe("''");
  expect(slot({ machineId: undefined as never }, [other])).toBe('_n1');
});
