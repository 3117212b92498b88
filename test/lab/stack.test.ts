import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';

let lab: Lab;
const sh = async (command: string) => (await lab.at('cp1').sh(command)).stdout.trim();

beforeAll(async () => {
  lab = await Lab.up([{ name: 'cp1' }, { name: 'w1' }, { name: 'w2' }]);
});
afterAll(() => lab?.down());

// Overlapping changes, undone in the order they were made: each leaves what would be there without those before it.
describe.each(['nft', 'iptables'])('by %s', (tool) => {
  const rules = () =>
    sh(
      '{ nft list ruleset || { iptables-save; ip6tables-save; } | grep FIREAXE; } 2>/dev/null | sed "s/packets .*bytes [0-9]*//"',
    );
  const order = async (action: string, params: Record<string, unknown>, of: Order) =>
    (await give(lab, 'cp1', action, params, { ...of, run: `${tool}-${of.run}` })).result!;
  const keep = async (action: string, params: Record<string, unknown>, run: string) => {
    const { state, before } = await order(action, params, { op: 'apply', run });
    expect(state).toBe('changed');
    expect((await order(action, params, { op: 'keep', run })).state).toBe('changed');
    return { op: 'undo', run, before: before! } as const;
  };

  beforeAll(async () => {
    if (tool === 'iptables') await sh('mv /usr/sbin/nft /usr/sbin/nft.off');
  });

  test.each([
    ['fence', { rate: 5 }, { rate: 7 }],
    ['cordon', { port: '8080' }, { port: '9090' }],
  ])(
    '%s over %s: the second stays when the first is undone, and then nothing is left',
    async (action, one, other) => {
      const none = await rules();
      const first = await keep(action, { timer: '60s', ...one }, `${action}1`);
      const second = await keep(action, { timer: '60s', ...other }, `${action}2`);
      const both = await rules();
      expect(await order(action, one, first)).toMatchObject({
        state: 'already',
        note: expect.stringContaining('was made over it'),
      });
      expect(await rules()).toBe(both);
      expect((await order(action, other, second)).state).toBe('changed');
      expect(await rules()).toBe(none);
    },
  );

  test('a fence is undone while another over it is armed: its timer leaves nothing', async () => {
    const none = await rules();
    const first = await keep('fence', { timer: '60s', rate: 5 }, 'under');
    const over = await order('fence', { timer: '10s', rate: 7 }, { op: 'apply', run: 'over' });
    expect(over.note).toContain('reverts in 10s');
    expect((await order('fence', { rate: 5 }, first)).state).toBe('already');
    expect(await rules()).toContain('7/sec');
    await vi.waitFor(async () => expect(await rules()).toBe(none), { timeout: 60_000, interval: 500 });
  });

  test('some clients readmitted, then all; undone in that order, the fence is restored without them', async () => {
    const fence = await keep('fence', { timer: '60s' }, 'fence');
    const fenced = await rules();
    const some = await order('readmit', { clients: 'w1' }, { op: 'apply', run: 'w1' });
    const more = await order('readmit', { clients: 'w2' }, { op: 'apply', run: 'w2' });
    const all = await order('readmit', { clients: 'all' }, { op: 'apply', run: 'all' });
    const undo = (clients: string, { before }: typeof all) =>
      order('readmit', { clients }, { op: 'undo', run: clients, before: before! });
    expect((await undo('w1', some)).state).toBe('already');
    expect((await undo('all', all)).state).toBe('changed');
    const left = await rules();
    expect(left).toContain(lab.at('w2').spec.address);
    expect(left).not.toContain(lab.at('w1').spec.address);
    expect((await undo('w2', more)).state).toBe('changed');
    expect(await rules()).toBe(fenced);
    // And the fence before the readmission of all.
    const again = await order('readmit', { clients: 'all' }, { op: 'apply', run: 'again' });
    expect((await order('fence', {}, fence)).state).toBe('already');
    expect(
      await order('readmit', { clients: 'all' }, { op: 'undo', run: 'again', before: again.before! }),
    ).toMatchObject({
      state: 'already',
    });
    expect(await rules()).not.toMatch(/fireaxe/i);
  });
});
