import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { CloudInstance } from '../../../src/drill/cloud/world.ts';
import type { Shard, Target } from '../../../src/kit/types.ts';
import { batchesOf } from '../../../src/transport/ssm/batches.ts';
import type { NodeScript } from '../../../src/transport/types.ts';
import { instanceId } from '../../drill/cloud/fake-world.ts';
import { type Harness, harness, resultLine, script, statesOf } from './harness.ts';

let h: Harness | undefined;
afterEach(async () => {
  await h?.close();
  h = undefined;
});

/** A text that does not become shorter when it is packed. */
const DENSE = randomBytes(45_000).toString('base64');

const CLUSTER = 'kubernetes.io/cluster/a';
const byTag: NodeScript = {
  ...script,
  textForAll: (targets) => `: meant ${targets.map((target) => target.instanceId).join(' ')} .`,
};
const calls = (operation: string) => h!.endpoint.calls[operation] ?? 0;
const sends = () =>
  h!.endpoint.bodies
    .map((body) => JSON.parse(body) as { Comment?: string; Targets?: unknown; InstanceIds?: string[] })
    .filter((body) => body.Comment !== undefined);

/** Machines in shards of this size, tagged as their fleet says, and targets that know it. Each runs what names it. */
async function shards(
  nodes: number,
  each: number,
  tag: (machine: CloudInstance, n: number) => void = () => {},
) {
  h = await harness(nodes, { perSecond: 1000, burst: 1000 });
  const { machines } = h.world;
  const shardOf = (n: number) => String(Math.floor(n / each));
  for (const [n, machine] of machines.entries()) {
    machine.tags['fireaxe-shard'] = shardOf(n);
    machine.tags[CLUSTER] = 'owned';
    tag(machine, n);
  }
  h.world.answer = (id, text) => {
    const meant = !text.includes('meant') || text.includes(` ${id} `);
    const line = meant ? resultLine('changed') : resultLine('refused', { code: 'wrong-machine' });
    return { code: meant ? 0 : 4, stdout: line, stderr: '' };
  };
  const known = new Map<string, Shard>();
  const and = [{ key: CLUSTER, values: ['owned', 'shared'] }];
  return h.targets.map((target, n): Target => {
    const value = shardOf(n);
    const shard = known.get(value) ?? { tag: 'fireaxe-shard', value, and, nodes: 0 };
    shard.nodes++;
    known.set(value, shard);
    return { ...target, shard };
  });
}

const ranOn = (n: number) => h!.world.ran.filter(({ id }) => id === instanceId(n)).length;

describe('SSM by the tag of shards', () => {
  it('reaches 5,000 nodes in 50 shards by five sends, with every outcome, once each', async () => {
    const targets = await shards(5000, 100);
    const began = performance.now();
    const batches = batchesOf(targets, byTag).map((batch) => runAll(batch));
    const outcomes = (await Promise.all(batches)).flat();
    const ticks = 1 + (performance.now() - began) / 60;
    expect(calls('ListCommands')).toBeLessThanOrEqual(ticks);
    expect(outcomes).toHaveLength(5000);
    expect(new Set(outcomes.map((o) => o.target)).size).toBe(5000);
    expect(outcomes.every((o) => o.state === 'ok' && o.result?.state === 'changed')).toBe(true);
    expect(h!.world.ran).toHaveLength(5000);
    expect(sends()).toHaveLength(5);
    expect(sends()[0]).toMatchObject({
      MaxConcurrency: '100%',
      MaxErrors: '100%',
      Targets: [
        { Key: 'tag:fireaxe-shard', Values: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] },
        { Key: `tag:${CLUSTER}`, Values: ['owned', 'shared'] },
      ],
    });
    // A page of 50 nodes is read about once.
    expect(calls('ListCommandInvocations')).toBeLessThanOrEqual(200);
    expect(calls('GetCommandInvocation')).toBe(0);
  }, 60_000);

  it('sends by ids to a shard of which one node is not a target', async () => {
    const targets = await shards(200, 100);
    const outcomes = await runAll(targets.filter((_, n) => n !== 7));
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(199);
    expect(ranOn(7)).toBe(0);
    expect(sends().map((s) => (s.Targets ? 'tags' : s.InstanceIds?.length))).toEqual(['tags', 50, 49]);
  });

  it('leaves alone a machine with the same tag that is not a target, and nodes of another cluster', async () => {
    const targets = await shards(122, 60, (machine, n) => {
      if (n === 120) machine.tags['fireaxe-shard'] = '0';
      if (n === 121) Object.assign(machine.tags, { 'fireaxe-shard': '0', [CLUSTER]: '' });
    });
    const outcomes = await runAll(targets.slice(0, 120));
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(120);
    expect(outcomes.some((o) => o.target === 'n120')).toBe(false);
    // It was reached, and its node refused.
    expect(ranOn(120)).toBe(1);
    expect(ranOn(121)).toBe(0);
    expect(sends()).toHaveLength(1);
  });

  it('goes on by ids where the tag is not on a node, or its node cannot tell that it is meant', async () => {
    const targets = await shards(100, 100, (machine, n) => {
      if (n === 3) delete machine.tags['fireaxe-shard'];
      if (n === 4) machine.ssm = 'dead';
    });
    const { answer } = h!.world;
    h!.world.answer = (id, text) =>
      answer(id, id === instanceId(5) && text.includes('meant') ? 'meant nobody' : text);
    const outcomes = await runAll(targets);
    expect(outcomes).toHaveLength(100);
    expect(outcomes.filter((o) => o.state !== 'ok').map((o) => [o.target, o.reason?.code])).toEqual([
      ['n4', 'no-agent'],
    ]);
    expect([ranOn(3), ranOn(4), ranOn(5), ranOn(6)]).toEqual([1, 0, 2, 1]);
  });

  it('goes on by ids where no machine has the tag', async () => {
    const targets = await shards(120, 60, (machine) => {
      machine.tags = {};
    });
    const outcomes = await runAll(targets);
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(120);
    expect(h!.world.ran).toHaveLength(120);
    expect(sends().map((s) => (s.Targets ? 'tags' : s.InstanceIds?.length))).toEqual(['tags', 50, 50, 20]);
  });

  it('goes on by ids where the keys may not send to tags', async () => {
    const targets = await shards(120, 60);
    let asked = 0;
    Object.defineProperty(h!.endpoint.faults.refuse, 'SendCommand', {
      get: () => (asked++ === 0 ? 'AccessDeniedException' : undefined),
    });
    const outcomes = await runAll(targets);
    expect(outcomes.filter((o) => o.state === 'ok')).toHaveLength(120);
    expect(calls('SendCommand')).toBe(4);
  });

  it('keeps a node that does not take the command up for unknown, and cancels it in calls of 50', async () => {
    const targets = await shards(120, 120, (machine, n) => {
      if (n < 60) machine.ssm = 'deaf';
    });
    const outcomes = await runAll(targets, { deliveryMs: 1_000 });
    const lost = outcomes.filter((o) => o.state !== 'ok');
    expect(lost).toHaveLength(60);
    expect(new Set(lost.map((o) => `${o.state} ${o.reason?.code}`))).toEqual(
      new Set(['unknown not-delivered']),
    );
    expect(calls('CancelCommand')).toBe(2);
    expect(sends()).toHaveLength(1);
  });

  it('finds a send whose answer was lost, and does not repeat it', async () => {
    const targets = await shards(120, 60);
    h!.endpoint.faults.afterAcceptance.SendCommand = { how: 'reset', times: 1 };
    const outcomes = await runAll(targets);
    expect(Object.values(statesOf(outcomes)).every((state) => state === 'ok')).toBe(true);
    expect(calls('SendCommand')).toBe(1);
    expect(h!.world.ran).toHaveLength(120);
  });
});

describe('a text that is longer than SSM takes once all its nodes are named in it', () => {
  /** As long as that of `stop`. */
  const script53: NodeScript = {
    ...byTag,
    textFor: () => 'x'.repeat(53_000),
    textForAll: (targets) => `${'x'.repeat(53_000)}${byTag.textForAll!(targets, 'ssm')}`,
  };
  const runLong = async (targets: Target[]) => {
    const batches = batchesOf(targets, script53).map((batch) => h!.run({}, script53, batch));
    return (await Promise.all(batches)).flat();
  };

  it('goes packed, by one send', async () => {
    const targets = await shards(400, 100);
    h!.world.answer = (id, text) => {
      const meant = gunzipSync(Buffer.from(/printf %s '?([\w+/=]+)/.exec(text)![1]!, 'base64')).toString();
      return { code: 0, stdout: resultLine(meant.includes(` ${id} `) ? 'changed' : 'already'), stderr: '' };
    };
    const outcomes = await runLong(targets);
    expect(outcomes.filter((o) => o.state === 'ok' && o.result?.state === 'changed')).toHaveLength(400);
    expect(sends()).toHaveLength(1);
  });

  it('goes by ids, and as it is, to the nodes that cannot unpack it', async () => {
    const targets = await shards(400, 100);
    h!.world.answer = (id, text) => {
      const without = text.startsWith('FX_TEXT=') && id === instanceId(7);
      return without
        ? { code: 4, stdout: resultLine('refused', { op: 'unpack', code: 'no-tool' }), stderr: '' }
        : { code: 0, stdout: resultLine('changed'), stderr: '' };
    };
    const outcomes = await runLong(targets);
    expect(outcomes).toHaveLength(400);
    expect(outcomes.every((o) => o.state === 'ok' && o.result?.state === 'changed')).toBe(true);
    expect(sends().map(({ InstanceIds }) => InstanceIds)).toEqual([undefined, [instanceId(7)]]);
  });
});

describe('batches of whole shards', () => {
  it('keep within 1,000 nodes, 50 values, the parallelism and the length of a text', async () => {
    const sizes = (targets: Target[], text: NodeScript, most?: number) =>
      batchesOf(targets, text, most).map((batch) => batch.length);
    const targets = await shards(1200, 100);
    expect(sizes(targets, byTag)).toEqual([1000, 200]);
    expect(sizes(targets, byTag, 250)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(sizes(targets, byTag, 50)).toEqual(Array(24).fill(50));
    // Packed, all fit; where that does not help, a text goes as it is.
    const long = { ...byTag, textForAll: () => 'x'.repeat(55_000) };
    expect(sizes(targets, long)).toEqual([1000, 200]);
    const dense = { ...byTag, textForAll: () => DENSE.slice(0, 55_000) };
    expect(sizes(targets, dense)).toEqual(Array(6).fill(200));
    const { textForAll: _, ...own } = byTag;
    expect(sizes(targets, own)).toEqual(Array(24).fill(50));
    const small = await shards(120, 2);
    expect(sizes(small, byTag)).toEqual([100, 20]);
  });

  it('need equal texts, and no secret', async () => {
    const targets = await shards(120, 60);
    const differs: NodeScript = { ...byTag, textFor: ({ name }) => (name === 'n70' ? 'b' : 'a') };
    expect(batchesOf(targets, differs).map((batch) => batch.length)).toEqual([60, 50, 9, 1]);
    const secret = { ...byTag, secret: new Uint8Array(1) };
    expect(batchesOf(targets, secret).every((batch) => batch.length <= 50)).toBe(true);
  });
});

function runAll(targets: Target[], more = {}) {
  return h!.run(more, byTag, targets);
}
