import { describe, expect, it } from 'vitest';
import { actionNamed } from '../../../src/actions/registry.ts';
import { nodeScript } from '../../../src/node/script.ts';
import { byReceipt } from '../../../src/run/step/by-receipt.ts';
import { makeOutcome } from '../../../src/transport/outcome.ts';
import type { Outcome, Transport } from '../../../src/transport/types.ts';
import { target } from '../../transport/subjects.ts';
import { kitOf } from '../fake-fleet.ts';

const cluster = kitOf(3).clusters.c!;
const instanceId = (n: number) => `i-${String(n).padStart(17, '0')}`;
for (const [n, node] of cluster.fleet.nodes.entries()) node.instanceId = instanceId(n);
const batch = ['n1', 'n2', 'n3'].map((name, n) => target({ name, instanceId: instanceId(n) }));
const action = actionNamed('stop');

const undo = (hasReceipt: (name: string) => boolean) =>
  nodeScript({
    action,
    params: action.params.parse({ process: 'agent' }),
    op: 'undo',
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(0),
    deadlineMs: 1000,
    context: { cluster, nodes: cluster.fleet.nodes },
    before: ({ name }) => ({ pids: name }),
    hasReceipt: ({ name }) => hasReceipt(name),
  });

const lineOf = (text: string, name: string) => new RegExp(`^${name}=.*$`, 'm').exec(text)?.[0];

describe('an undo over SSM', () => {
  it('is one text for all nodes that have the receipt of it', () => {
    const script = undo((name) => name !== 'n3');
    const texts = batch.map((one) => script.textFor(one, 'ssm'));
    expect(texts[0]).toBe(texts[1]);
    expect(lineOf(texts[0]!, 'B_pids')).toBeUndefined();
    expect(lineOf(texts[2]!, 'B_pids')).toContain('n3');
  });

  it('says over SSH what was there before', () => {
    const text = undo(() => true).textFor(batch[0]!, 'ssh');
    expect(lineOf(text, 'B_pids')).toContain('n1');
    expect(lineOf(text, 'FX_BY_RECEIPT')).toBeUndefined();
  });

  it('is given once more, with the state before, to a node that has no receipt', async () => {
    const sent: string[] = [];
    const transport: Transport = {
      name: 'ssm',
      batches: (all) => [all],
      async *run(part, script) {
        for (const one of part) {
          const before = lineOf(script.textFor(one, 'ssm'), 'B_pids');
          sent.push(`${one.name} ${before ?? 'by receipt'}`);
          const state = one.name === 'n2' && !before ? 'absent' : 'changed';
          yield makeOutcome({ target: one.name }, state === 'absent' ? 'failed' : 'ok', {
            result: { fireaxe: 1, op: 'undo', state },
          });
        }
      },
      async close() {},
    };
    const options = { connectMs: 1000, runMs: 1000, signal: new AbortController().signal };
    const outcomes: Outcome[] = [];
    for await (const one of byReceipt(transport).run(
      batch,
      undo(() => true),
      options,
    ))
      outcomes.push(one);
    expect(sent.slice(0, 3)).toEqual(['n1 by receipt', 'n2 by receipt', 'n3 by receipt']);
    expect(sent.slice(3)).toEqual([expect.stringMatching(/^n2 B_pids=.*n2/)]);
    expect(outcomes.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  });
});
