import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArmedNode, WAYS, type Way } from './armed-node.ts';
import { type Ran, Sandbox, SHELLS } from './sandbox.ts';

/** Three orders of a kind; a step keeps to its own. */
const ORDERS = {
  cordon: ['1001', '1002', '1003'].map((port) => ({ port })),
  hosts: [3, 6, 7].map((rate) => ({ rate })),
  nodes: ['65534', '1', '2'].map((user) => ({ on: 'nodes', user })),
};
const ordersOf = ({ name, action }: Way) =>
  action === 'cordon' ? ORDERS.cordon : name === 'fence on nodes' ? ORDERS.nodes : ORDERS.hosts;

interface Stands {
  run: number;
  kept: boolean;
}

/** What is in force is a list: an order goes on top of it, in place of one that was not kept; any can be undone. */
class Model {
  stands: Stands[] = [];
  readonly befores = new Map<number, Ran>();
  readonly said: string[] = [];

  constructor(
    readonly node: ArmedNode,
    readonly orders: Way['params'][],
  ) {}

  of = (run: number) => this.orders[run % this.orders.length]!;

  async apply(run: number): Promise<void> {
    const top = this.stands.at(-1);
    const ran = await this.node.order('apply', `a${run}`, { params: this.of(run) });
    this.said.push(`apply ${run}: ${ran.result?.state}`);
    if (ran.result?.data?.['again']) return;
    const same = top?.kept && this.of(top.run) === this.of(run);
    expect(ran.result?.state, this.said.join()).toBe(same ? 'already' : 'changed');
    if (same) return;
    if (top && !top.kept) this.stands.pop();
    this.stands.push({ run, kept: false });
    this.befores.set(run, ran);
  }

  async end(how: 'keep' | 'fire'): Promise<void> {
    const top = this.stands.at(-1);
    if (!top || top.kept) return;
    this.said.push(`${how} ${top.run}`);
    if (how === 'fire') {
      await this.node.fire(`a${top.run}`);
      this.stands.pop();
    } else {
      await this.node.order('keep', `a${top.run}`, { params: this.of(top.run) });
      top.kept = true;
    }
  }

  async undo(run: number): Promise<void> {
    const before = this.befores.get(run);
    if (!before) return;
    const { result } = await this.node.order('undo', `a${run}`, { params: this.of(run), before });
    this.said.push(`undo ${run}: ${result?.state}`);
    expect(['changed', 'already'], this.said.join()).toContain(result?.state);
    this.befores.delete(run);
    this.stands = this.stands.filter((one) => one.run !== run);
  }

  async check(): Promise<void> {
    const top = this.stands.at(-1);
    const found = await this.node.found(top && this.of(top.run));
    const expected = top?.kept
      ? /^already, present/
      : top
        ? /^would, present: .* not kept/
        : /^would, absent: $/;
    expect(found, this.said.join()).toMatch(expected);
  }
}

const run = fc.nat(4);
const deeds = fc.array(
  fc.oneof(
    { arbitrary: fc.record({ do: fc.constant('apply' as const), run }), weight: 4 },
    fc.record({ do: fc.constantFrom('keep' as const, 'fire' as const) }),
    { arbitrary: fc.record({ do: fc.constant('undo' as const), run }), weight: 2 },
  ),
  { minLength: 8, maxLength: 14 },
);

describe.concurrent('orders over one another', () => {
  it.for(WAYS)('$name: in any order, what is in force is what was not undone', async (way) => {
    const scenario = fc.asyncProperty(deeds, fc.constantFrom(...SHELLS), async (all, shell) => {
      const box = new Sandbox();
      try {
        const model = new Model(new ArmedNode(box, shell, way), ordersOf(way));
        for (const one of all) {
          await ('run' in one ? model[one.do](one.run) : model.end(one.do));
          await model.check();
        }
      } finally {
        box.remove();
      }
    });
    await fc.assert(scenario, { numRuns: 2 });
  });
});
