import { parseAmount, resolveAmount } from '../../base/amount.ts';
import { formatDuration } from '../../base/duration.ts';
import type { GateSpec } from '../../plan/types.ts';
import { etcdAlarms } from '../../probe/etcd-alarms.ts';
import { notReady } from '../../probe/not-ready.ts';
import type { ClusterReading } from '../../probe/types.ts';
import { notCalm } from './calm.ts';
import { nodesMeet } from './nodes-meet.ts';
import type { Verdict } from './verdict.ts';

export interface GateState {
  /** Since when the condition has held without a break (ms); undefined while it does not. */
  holdsSince?: number;
  /** When it last held (ms). */
  seenAt?: number;
  /** Since then servers could not be reached. */
  unseen?: boolean;
  /** How many readings in a row were calm. */
  calm?: number;
  before?: ClusterReading;
}

/** Whether one reading meets the condition, and a line that says why. */
export function meets(spec: GateSpec, reading: ClusterReading): { verdict: Verdict; text: string } {
  const needed = resolveAmount(parseAmount(spec.answering, 'gate.answering'), reading.of, 'up');
  const unseen = reading.servers.filter((server) => !server.reached).length;
  const { answering, errorPercent: errors, unmeasured } = reading;
  const limit = spec.maxErrorPercent;
  const parts = [`${answering}/${reading.of} API servers ready (${needed} needed)`, ...notReady(reading)];
  if (limit !== undefined) {
    const share = errors === undefined ? 'errors not measured' : `${errors.toFixed(0)}% errors`;
    const why = errors === undefined && unmeasured !== undefined ? `: ${unmeasured}` : '';
    parts.push(`${share} (at most ${limit}%)${why}`);
  }
  const leases = leasesMeet(spec, reading);
  if (leases) parts.push(leases.text);
  const etcd = etcdMeets(spec, reading);
  if (etcd) parts.push(etcd.text);
  for (const { name } of etcdAlarms(reading)) parts.push(`etcd alarm ${name}`);
  const nodes = spec.nodes && nodesMeet(spec.nodes, reading.nodes ?? []);
  if (nodes) parts.push(nodes.text);
  const text = parts.join(', ');
  if (needed === 0 || (errors !== undefined && limit !== undefined && errors > limit))
    return { verdict: 'unmet', text };
  if (leases?.fresh === false || nodes?.verdict === 'unmet') return { verdict: 'unmet', text };
  if (answering < needed) return { verdict: answering + unseen >= needed ? 'unseen' : 'unmet', text };
  if (etcd && etcd.missing > 0) return { verdict: unseen >= etcd.missing ? 'unseen' : 'unmet', text };
  // A value that is not measured yet keeps the gate shut; one that never can be does not.
  const known =
    (limit === undefined || errors !== undefined || unmeasured !== undefined) &&
    !(leases && leases.fresh === undefined);
  if (known) return { verdict: nodes?.verdict ?? 'met', text };
  return { verdict: unseen > 0 ? 'unseen' : 'unmet', text };
}

/** Whether enough leases are fresh; `fresh` is undefined while they could not be read. */
function leasesMeet({ freshLeases }: GateSpec, { leases, leasesUnread }: ClusterReading) {
  if (freshLeases === undefined) return undefined;
  if (!leases) {
    const why = leasesUnread === undefined ? '' : `: ${leasesUnread}`;
    const text = `leases not measured (at least ${freshLeases} fresh)${why}`;
    return { fresh: leasesUnread === undefined ? undefined : true, text };
  }
  const needed = resolveAmount(parseAmount(freshLeases, 'gate.freshLeases'), leases.of, 'up');
  return {
    fresh: leases.fresh >= needed,
    text: `${leases.fresh}/${leases.of} leases fresh (${needed} needed)`,
  };
}

/** How many etcd members are missing to those that must call themselves healthy; an alarm makes a member unhealthy. */
function etcdMeets({ etcdHealthy }: GateSpec, { servers, of }: ClusterReading) {
  if (etcdHealthy === undefined) return undefined;
  const needed = resolveAmount(parseAmount(etcdHealthy, 'gate.etcdHealthy'), of, 'up');
  const healthy = servers.filter((server) => server.etcd === 'ok').length;
  return { missing: needed - healthy, text: `${healthy}/${of} etcd members healthy (${needed} needed)` };
}

/**
 * Feeds one reading into a gate: open once the condition has held for `holdsMs` without a break. Time in which servers
 * could not be reached does not count; as long as `holdsMs`, it is a break. With `calmReadings`, it opens earlier on that
 * evidence.
 */
export function judge(
  spec: GateSpec,
  state: GateState,
  reading: ClusterReading,
  nowMs: number,
): { state: GateState; open: boolean; text: string } {
  const { verdict, text } = meets(spec, reading);
  const { holdsSince, seenAt } = state;
  if (verdict === 'unseen' && seenAt !== undefined && nowMs - seenAt < spec.holdsMs)
    return { state: { ...state, unseen: true, calm: 0 }, open: false, text };
  if (verdict !== 'met') return { state: { before: reading }, open: false, text };
  const skipped = state.unseen && seenAt !== undefined ? nowMs - seenAt : 0;
  const since = holdsSince === undefined ? nowMs : holdsSince + skipped;
  const held = nowMs - since;
  const rises = notCalm(state.before, reading);
  const calm = rises === undefined ? (state.calm ?? 0) + 1 : 0;
  const wanted = spec.calmReadings;
  const calmText =
    wanted === undefined ? '' : rises === undefined ? `, calm ${calm} of ${wanted}` : `, not calm: ${rises}`;
  return {
    state: { holdsSince: since, seenAt: nowMs, calm, before: reading },
    open: held >= spec.holdsMs || (wanted !== undefined && calm >= wanted),
    text: `${text}, held ${formatDuration(held)} of ${formatDuration(spec.holdsMs)}${calmText}`,
  };
}
