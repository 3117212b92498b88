import { rmSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { ArmedNode, WAYS_BY_SHELL } from './armed-node.ts';
import type { Ran } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const NONE = 'would, absent: ';
/** Who undoes one run must learn that another one's still holds. */
const STILL = /the \w+ of run a1 still stands here; to undo it: fireaxe undo a1$/;

describe.concurrent.each(WAYS_BY_SHELL)('%s', (_name, shell, ways) => {
  test.for(ways)('$name: undone in the order they were made', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await kept(node, 'a1');
    const second = await kept(node, 'a2', way.other);
    const undo = await node.order('undo', 'a1', { before: first });
    expect(undo.result).toMatchObject({
      state: 'already',
      note: expect.stringContaining('a2/s1 was made over it'),
    });
    expect(await node.found(way.other)).toBe(node.kept);
    expect((await node.order('undo', 'a2', { params: way.other, before: second })).result?.state).toBe(
      'changed',
    );
    expect(await node.found()).toBe(NONE);
  });

  test.for(ways)('$name: the first was never kept', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await node.order('apply', 'a1');
    const second = await kept(node, 'a2', way.other);
    expect((await node.order('undo', 'a1', { before: first })).result?.state).toBe('already');
    expect(await node.found(way.other)).toBe(node.kept);
    await node.order('undo', 'a2', { params: way.other, before: second });
    expect(await node.found()).toBe(NONE);
  });

  test.for(ways)('$name: the one in the middle, then the last', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await kept(node, 'a1');
    const second = await kept(node, 'a2', way.other);
    const third = await kept(node, 'a3');
    await node.order('undo', 'a2', { params: way.other, before: second });
    expect(await node.found()).toBe(node.kept);
    const { note } = (await node.order('undo', 'a3', { before: third })).result!;
    expect(note).toMatch(STILL);
    expect(note).toMatch(/^(table|chain) [\w-]+ as before: present; /);
    expect(await node.found()).toBe(node.kept);
    expect((await node.order('undo', 'a1', { before: first })).result?.state).toBe('changed');
    expect(await node.found()).toBe(NONE);
  });

  test.for(ways)('$name: the timer of what was made over one that was undone', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await kept(node, 'a1');
    const second = await node.order('apply', 'a2', { params: way.other });
    await node.order('undo', 'a1', { before: first });
    await node.fire('a2');
    expect(await node.found()).toBe(NONE);
    // It fired: it must not revert what is made after it.
    await kept(node, 'a3');
    expect((await node.order('undo', 'a2', { params: way.other, before: second })).result?.state).toBe(
      'already',
    );
    expect(await node.found()).toBe(node.kept);
  });

  test.for(ways)(
    '$name: the first, where what was made over it was not kept, or replaced',
    async (way, { box }) => {
      const node = new ArmedNode(box, shell, way);
      const first = await kept(node, 'a1');
      await node.order('apply', 'a2', { params: way.other });
      await node.fire('a2');
      expect((await node.order('undo', 'a1', { before: first })).result?.state).toBe('changed');
      expect(await node.found()).toBe(NONE);
      const again = await kept(node, 'b1');
      await node.order('apply', 'b2', { params: way.other });
      const third = await kept(node, 'b3');
      expect((await node.order('undo', 'b1', { before: again })).result?.state).toBe('already');
      await node.order('undo', 'b3', { before: third });
      expect(await node.found()).toBe(NONE);
    },
  );

  test.for(ways)('$name: a step that is ordered again stands over what came since', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await node.order('apply', 'a1');
    await node.fire('a1');
    const second = await kept(node, 'a2', way.other);
    await kept(node, 'a1');
    expect((await node.order('undo', 'a2', { params: way.other, before: second })).result?.state).toBe(
      'already',
    );
    expect(await node.found()).toBe(node.kept);
    await node.order('undo', 'a1', { before: first });
    expect(await node.found()).toBe(NONE);
  });

  test.for(ways)('$name: a reboot leaves nothing to undo', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    await kept(node, 'a1');
    const second = await kept(node, 'a2', way.other);
    for (const gone of ['table', 'iptables', 'run/fireaxe'])
      rmSync(node.at(gone), { recursive: true, force: true });
    const undo = await node.order('undo', 'a2', { params: way.other, before: second });
    expect(undo.result).toMatchObject({ state: 'already', note: 'nothing to undo here' });
  });

  test.for(ways)(
    '$name: one that is not in force any more tells of the other that is',
    async (way, { box }) => {
      const node = new ArmedNode(box, shell, way);
      await kept(node, 'a1');
      const second = await node.order('apply', 'a2', { params: way.other });
      await node.fire('a2');
      const { result } = await node.order('undo', 'a2', { params: way.other, before: second });
      expect(result).toMatchObject({ state: 'already', note: expect.stringMatching(STILL) });
    },
  );

  test.for(ways)('$name: what another tool removed does not stand', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    const first = await kept(node, 'a1');
    for (const gone of ['table', 'iptables']) rmSync(node.at(gone), { recursive: true, force: true });
    const second = await kept(node, 'a2', way.other);
    const undo = await node.order('undo', 'a2', { params: way.other, before: second });
    expect(undo.result).toMatchObject({
      state: 'changed',
      note: expect.stringContaining('as before: absent'),
    });
    expect(undo.result?.note).not.toMatch(STILL);
    expect((await node.order('undo', 'a1', { before: first })).result?.note).not.toMatch(/still stands/);
  });

  test.for(ways)('$name: what comes back of one below that was undone is told', async (way, { box }) => {
    const node = new ArmedNode(box, shell, way);
    await kept(node, 'a1');
    const second = await kept(node, 'a2', way.other);
    const third = await kept(node, 'a3');
    // The last step wrote down another state than it reverts to since.
    await node.order('undo', 'a2', { params: way.other, before: second });
    const { result } = await node.order('undo', 'a3', {
      before: { ...third, result: { ...third.result!, before: { table: 'absent' } } },
    });
    expect(result?.note).toMatch(/as before: present; .*a1$/);
  });

  test.for(ways.filter(({ name }) => name.startsWith('fence on hosts')))(
    '$name: what readmit removed does not stand, and its undo would bring it back',
    async (way, { box }) => {
      const node = new ArmedNode(box, shell, way);
      await kept(node, 'a1');
      const all = { action: 'readmit', params: { clients: 'all' } };
      expect((await node.order('apply', 'r1', all)).result?.state).toBe('changed');
      const second = await kept(node, 'a2', way.other);
      const { result } = await node.order('undo', 'a2', { params: way.other, before: second });
      expect(result?.note).not.toMatch(/still stands/);
      expect(node.there()).toBe(false);
    },
  );

  test.for(ways.filter(({ name }) => name.startsWith('fence on hosts')))(
    '$name: removed by readmit, and undone before it',
    async (way, { box }) => {
      const node = new ArmedNode(box, shell, way);
      const all = { action: 'readmit', params: { clients: 'all' } };
      const fence = await kept(node, 'a1');
      const readmit = await node.order('apply', 'r1', all);
      expect([readmit.result?.state, node.there()]).toEqual(['changed', false]);
      expect((await node.order('undo', 'a1', { before: fence })).result?.state).toBe('already');
      expect((await node.order('undo', 'r1', { ...all, before: readmit })).result?.state).toBe('already');
      expect(await node.found()).toBe(NONE);
    },
  );
});

async function kept(node: ArmedNode, runId: string, params = node.way.params): Promise<Ran> {
  const ran = await node.order('apply', runId, { params });
  expect(ran.result?.state).toBe('changed');
  expect((await node.order('keep', runId, { params })).result?.state).toBe('changed');
  return ran;
}
