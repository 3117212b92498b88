import { isInstanceId } from '../../fleet/instance-id.ts';
import { TRANSPORTS } from '../../fleet/transports.ts';
import type { Shard, Target } from '../../kit/types.ts';
import type { NodeScript } from '../types.ts';
import { roomForIds } from './packed.ts';

/** Nodes of one SendCommand: AWS takes more, but one command that is lost should not be all of them. */
const MOST_NODES = 1000;
/** Values of one tag that SendCommand takes. */
const MOST_VALUES = 50;

/** One of the Targets of SendCommand: all of them must match. */
export interface TagTarget {
  key: string;
  values: string[];
}

/** The shards of which all nodes of the fleet are in the group. */
export function wholeShards(group: Target[], script: NodeScript): { whole: Target[][]; rest: Target[] } {
  const shards = new Map<Shard, Target[]>();
  const rest: Target[] = [];
  for (const target of group) {
    const { shard, instanceId = '' } = target;
    if (!shard || !script.textForAll || script.secret || !isInstanceId(instanceId)) rest.push(target);
    else if (shards.has(shard)) shards.get(shard)!.push(target);
    else shards.set(shard, [target]);
  }
  const whole: Target[][] = [];
  for (const [shard, members] of shards)
    if (members.length === shard.nodes) whole.push(members);
    else rest.push(...members);
  return { whole, rest };
}

/** Fills commands with whole shards; `left` is what is reached as well by ids, or does not fit. */
export function packShards(
  shards: Target[][],
  script: NodeScript,
  most = Number.POSITIVE_INFINITY,
): { batches: Target[][]; left: Target[] } {
  const [first] = shards;
  if (!first) return { batches: [], left: [] };
  const all = shards.reduce((sum, { length }) => sum + length, 0);
  const wanted = Math.min(MOST_NODES, most, all);
  const limit = roomForIds(script.textForAll!([first[0]!], 'ssm'), wanted, script);
  const left: Target[] = [];
  const packs: { nodes: Target[]; shards: number; key: string }[] = [];
  for (const shard of shards) {
    if (shard.length > limit) {
      left.push(...shard);
      continue;
    }
    const key = commonKey(shard[0]!.shard!);
    const pack = packs.find(
      (p) => p.key === key && p.shards < MOST_VALUES && p.nodes.length + shard.length <= limit,
    );
    if (!pack) packs.push({ nodes: [...shard], shards: 1, key });
    else {
      pack.nodes.push(...shard);
      pack.shards++;
    }
  }
  const batches: Target[][] = [];
  for (const { nodes } of packs)
    if (nodes.length > TRANSPORTS.ssm.perCall) batches.push(nodes);
    else left.push(...nodes);
  return { batches, left };
}

/** By which tags this batch is reached; undefined for one that is named by ids. */
export function tagsOf(batch: Target[]): TagTarget[] | undefined {
  const [first] = batch;
  if (!first?.shard || batch.length <= TRANSPORTS.ssm.perCall) return undefined;
  const values = [...new Set(batch.map(({ shard }) => shard?.value ?? ''))];
  return [{ key: first.shard.tag, values }, ...first.shard.and];
}

/** The text for a batch: its targets are named in it where they are reached by tags. */
export const textForBatch = (batch: Target[], script: NodeScript): string =>
  tagsOf(batch) ? script.textForAll!(batch, 'ssm') : script.textFor(batch[0]!, 'ssm');

const commonKey = ({ tag, and }: Shard) => JSON.stringify([tag, and]);
