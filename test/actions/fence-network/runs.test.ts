import { describe, expect, it } from 'vitest';
import { type NetworkBench, networkBench } from './bench.ts';
import { groupWorld, listWorld, networkWorld } from './world.ts';

const WAYS = { nacl: networkWorld, 'prefix-list': listWorld, 'security-group': groupWorld };

/** Acts as another run, with a journal of its own. */
async function as<T>(b: NetworkBench, run: string, journal: NetworkBench['journal'], act: () => Promise<T>) {
  const own = { runId: b.runId, journal: b.journal };
  Object.assign(b, { runId: run, journal });
  try {
    return await act();
  } finally {
    Object.assign(b, own);
  }
}

describe.each(Object.entries(WAYS))('two runs with a fence by %s', (way, world) => {
  const params = { with: way };

  it('leave the fence to the one that made it, in whatever order they are undone', async () => {
    const b = await networkBench(world());
    try {
      const start = structuredClone(b.world.network);
      const theirs: NetworkBench['journal'] = new Map();
      // Killed between the record and the first change.
      const { before } = await as(b, 'run-2', theirs, () => b.run('check', { params }));
      theirs.set('cp0', before!);
      await b.run('apply', { params });
      const fenced = structuredClone(b.world.network);
      const resumed = await as(b, 'run-2', theirs, () => b.run('apply', { params }));
      expect(resumed).toMatchObject({ state: 'failed', code: 'leased' });
      const undone = await as(b, 'run-2', theirs, () => b.run('undo', { params }));
      expect(undone).toMatchObject({
        state: 'failed',
        code: 'leased',
        note: expect.stringContaining('run-1'),
      });
      expect(b.world.network).toEqual(fenced);
      expect((await b.run('undo', { params })).state).toBe('changed');
      expect((await as(b, 'run-2', theirs, () => b.run('undo', { params }))).state).toBe('already');
      expect(b.world.network.acls).toEqual(start.acls);
    } finally {
      await b.close();
    }
  });

  it('name the run that keeps the clients away already, and its end', async () => {
    const b = await networkBench(world());
    try {
      await b.run('apply', { params });
      const other = await as(b, 'run-2', new Map(), () => b.run('apply', { params }));
      expect(other).toMatchObject({ state: 'already' });
      expect(other.note).toContain('fenced by run-1, until 2026-11-30T03:00:00Z: its undo lets them in');
    } finally {
      await b.close();
    }
  });
});

it('quotes the run of a lease in the command for it', async () => {
  const b = await networkBench();
  try {
    b.world.network.acls[0]!.tags['fireaxe:run'] = 'x; reboot';
    expect((await b.run('check', { params: { with: 'nacl' } })).note).toContain("fireaxe undo 'x; reboot'");
  } finally {
    await b.close();
  }
});
