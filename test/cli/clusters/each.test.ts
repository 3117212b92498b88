import { expect, it } from 'vitest';
import { FireaxeError, usage } from '../../../src/base/errors.ts';
import { eachCluster } from '../../../src/cli/clusters/each.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { createSink } from '../../../src/cli/output.ts';
import type { CliIo } from '../../../src/cli/types.ts';
import type { ClusterKit, Kit } from '../../../src/kit/types.ts';
import { quietIo } from '../quiet-io.ts';
import { checkBy } from '../schema/printed.ts';

const NAMES = Array.from({ length: 20 }, (_, i) => `c-${i}`);

/** A kit of clusters without nodes, and how many of them were opened. */
function world(more: Partial<CliIo> = {}) {
  const { io: quiet, said } = quietIo();
  const io = { ...quiet, ...more };
  const opened: string[] = [];
  const kit = {
    index: NAMES.map((name) => ({ name, labels: {} })),
    clusters: {},
    policy: { fleetMaxAgeMs: Number.POSITIVE_INFINITY },
    async open(name: string) {
      opened.push(name);
      return { name, fleet: { takenAt: new Date().toISOString(), nodes: [] } } as unknown as ClusterKit;
    },
  } as unknown as Kit;
  const flags = { output: 'json', allClusters: true, kit: 'k' } as const;
  const context: CliContext = { io, flags, kit, sink: createSink(io, flags) };
  return { context, opened, said };
}

it('reads at most some at a time, opens each once, and keeps none', async () => {
  const { context, opened, said } = world();
  let [now, most] = [0, 0];
  const code = await eachCluster(context, async () => {
    most = Math.max(most, ++now);
    await new Promise((done) => setTimeout(done, 2));
    now--;
    return 0;
  });
  expect({ code, most }).toEqual({ code: 0, most: 8 });
  expect([...opened].sort()).toEqual([...NAMES].sort());
  expect(context.kit.clusters).toEqual({});
  expect(JSON.parse(said.stdout).total).toMatchObject({ clusters: 20, ok: 20 });
});

it.each<[string, (name: string) => number, number]>([
  ['where they agree', () => 4, 4],
  ['where some are not ok', (name) => (name === 'c-3' ? 4 : 0), 3],
])('exits with the code of the clusters %s', async (_, codeOf, code) => {
  expect(await eachCluster(world().context, async (_, { name }) => codeOf(name))).toBe(code);
});

it('tells each error under its name, a bug with its stack', async () => {
  const { context, said } = world();
  const code = await eachCluster(context, async (_, { name }) => {
    if (name === 'c-1') throw usage('no such thing', { next: 'fireaxe nodes' });
    if (name === 'c-2') throw new TypeError('a bug');
    return 0;
  });
  expect(code).toBe(3);
  expect(said.stderr).toContain('c-1: no such thing\nc-1:   next: fireaxe nodes -c c-1 --kit k\n');
  expect(said.stderr).toMatch(/c-2: TypeError: a bug\n[\s\S]*each\.test\.ts[\s\S]*c-2: a bug\n/);
  expect(checkBy('probe')(JSON.parse(said.stdout))).toEqual([]);
  const { clusters, total } = JSON.parse(said.stdout);
  expect(total).toMatchObject({ ok: 18, notOk: ['c-1', 'c-2'] });
  expect(clusters).toContainEqual(
    expect.objectContaining({
      cluster: 'c-2',
      exit: 1,
      error: expect.objectContaining({ kind: 'internal' }),
    }),
  );
});

it('begins no further cluster after Ctrl-C, and says which', async () => {
  const stop = new AbortController();
  const { context, opened, said } = world({ stop: stop.signal });
  const code = await eachCluster(context, async () => {
    stop.abort();
    throw new FireaxeError('interrupted', 'interrupted');
  });
  expect(code).toBe(130);
  expect(opened.length).toBeLessThanOrEqual(8);
  const { clusters, total } = JSON.parse(said.stdout);
  expect(clusters).toHaveLength(20);
  expect(total).toMatchObject({ ok: 0, notOk: [...NAMES].sort() });
});
