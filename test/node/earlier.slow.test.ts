import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { ArmedNode, WAYS_BY_SHELL } from './armed-node.ts';
import { test } from './sandbox-test.ts';

const CLIENT = '0 0 10.0.0.1:6443 10.0.0.9:40000\n';

describe.concurrent.each(WAYS_BY_SHELL)('%s', (_name, shell, ways) => {
  test.for(ways)('$name: what an order finds of an earlier one', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const armed = `would, present: ${way.done} by an order that was not kept`;
    const none = 'would, absent: ';
    expect(await node.found()).toBe(none);
    const first = await node.order('apply', 'a1');
    expect(first.result).toMatchObject({ state: 'changed', before: { table: 'absent' } });
    expect(await node.found()).toBe(armed);
    expect(await node.found(way.other)).toBe('would, present: ');
    // Its timer is gone by hand, or called off: nothing takes it away any more.
    const [timer] = node.timers();
    rmSync(node.at(`active/${timer}`));
    expect(await node.found()).toBe(node.kept);
    box.file(`active/${timer}`, '');
    mkdirSync(node.at('run/fireaxe/a1/s1/off'));
    expect(await node.found()).toBe(node.kept);
    rmSync(node.at('run/fireaxe/a1/s1/off'), { recursive: true });
    expect(await node.found()).toBe(armed);
    expect((await node.order('keep', 'a1')).result).toMatchObject({ state: 'changed' });
    expect(await node.found()).toBe(node.kept);
    expect((await node.order('apply', 'a2')).result).toMatchObject({ state: 'already' });
    expect(node.timers()).toEqual([]);
    const undo = await node.order('undo', 'a1', { before: first });
    expect([undo.result?.state, node.there()]).toEqual(['changed', false]);
    expect(await node.found()).toBe(none);
  });

  test.for(ways)('$name: an order over one that was not kept', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    await node.order('apply', 'a1');
    const second = await node.order('apply', 'a2');
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    expect(node.timers()).toEqual([`fireaxe-${way.action}-a2-s1.timer`]);
    // The timer of the first, stale: it finds itself called off.
    await node.fire('a1');
    expect(node.there()).toBe(true);
    // Back is what was before both: no fence, so nobody's connections end.
    box.file('sockets', CLIENT);
    const undo = await node.order('undo', 'a2', { before: second });
    expect(undo.result).toMatchObject({ state: 'changed', note: expect.stringContaining(': absent') });
    expect([node.there(), node.timers()]).toEqual([false, []]);
    expect(existsSync(node.at('sockets'))).toBe(true);
    // And so it is by the timer of a third, over a second that others flushed.
    await node.order('apply', 'a3');
    for (const rules of ['table', 'iptables']) rmSync(node.at(rules), { force: true });
    expect(await node.found()).toBe('would, absent: ');
    const over = await node.order('apply', 'a4', { params: way.other });
    expect(over.result).toMatchObject({ state: 'changed', before: { table: 'absent' } });
    await node.fire('a4');
    expect([node.there(), await node.found()]).toEqual([false, 'would, absent: ']);
  });

  test.for(ways)('$name: an order over one that was kept', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    await node.order('apply', 'a1');
    await node.order('keep', 'a1');
    const second = await node.order('apply', 'a2', { params: way.other });
    expect(second.result).toMatchObject({ state: 'changed', before: { table: 'present' } });
    box.file('sockets', CLIENT);
    const undo = await node.order('undo', 'a2', { params: way.other, before: second });
    expect(undo.result).toMatchObject({ state: 'changed', note: expect.stringContaining(': present') });
    expect(await node.found()).toBe(node.kept);
    // The second may have let in clients that the former fence on hosts rejects.
    expect(existsSync(node.at('sockets'))).toBe(!way.name.startsWith('fence on hosts'));
  });

  test.for(ways)('$name: the tool that made it is gone, or another came', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await node.order('apply', 'a1');
    const timers = node.timers();
    if (way.iptables) node.tool('nft');
    else rmSync(node.at('tools/nft'));
    // Only nft sees what nft made: it is not reported as gone, and its timer stays.
    for (const op of way.iptables ? [] : (['verify', 'undo'] as const)) {
      expect((await node.order(op, 'a1', { before: first })).result).toMatchObject({ code: 'no-tool' });
    }
    // What was there before the first is not known to the other tool.
    const code = way.name === 'fence on nodes' ? 'no-tool' : 'no-receipt';
    expect((await node.order('apply', 'a2')).result).toMatchObject({ code });
    expect([node.there(), node.timers()]).toEqual([true, timers]);
    node.tool('nft');
    const undo = await node.order('undo', 'a1', { before: first });
    expect([undo.result?.state, node.there(), node.timers()]).toEqual(['changed', false, []]);
  });
});
