import type { Offender } from './types.ts';

/** A healthy client keeps one or a few connections, and sends little over them once it has started. */
const MOST = { connections: 5, opened: 2, failed: 4, bytesPerSecond: 150_000 };
/** Percent of all connections that were read. */
const SHARE = 20;
/** What Kubernetes cannot run without stands out only far above that. */
const PART = 10;

type Measured = Pick<
  Offender,
  | 'active'
  | 'connections'
  | 'opened'
  | 'waiting'
  | 'failed'
  | 'bytesPerSecond'
  | 'part'
  | 'connectionShare'
  | 'byteShare'
>;

/** Why a client stands out, a text each; empty where it does not. The kubelet, which every node has, is the measure. */
export function reasonsOf(
  one: Measured,
  kubelet?: Pick<Offender, 'active' | 'connections' | 'opened'>,
): string[] {
  const nodes = Math.max(1, one.active);
  const times = one.part ? PART : 1;
  const each = (value: number) => value / nodes;
  const usual = kubelet ? kubelet.connections / Math.max(1, kubelet.active) : undefined;
  const reasons: string[] = [];
  // A few idle connections on one node are not a flood.
  const many = one.connectionShare >= SHARE || each(one.connections) >= 4 * MOST.connections;
  if (many && each(one.connections) >= Math.max(MOST.connections, 3 * (usual ?? 0)) * times) {
    const than = usual === undefined ? '' : ` (kubelet: ${short(usual)})`;
    reasons.push(`${short(each(one.connections))} connections a node${than}`);
  }
  const usualOpened = kubelet ? kubelet.opened / Math.max(1, kubelet.active) : 0;
  if (each(one.opened) >= Math.max(MOST.opened, 2 * usualOpened) * times)
    reasons.push(`opened ${short(each(one.opened))} connections a node while it was read`);
  if (each(one.waiting) >= 2 * times)
    reasons.push(`${short(each(one.waiting))} connections a node wait for an answer`);
  if (each(one.failed) >= MOST.failed * times)
    reasons.push(`${short(each(one.failed))} attempts to connect failed on each node while it was read`);
  if (each(one.bytesPerSecond) >= MOST.bytesPerSecond * times)
    reasons.push(`${bytesText(each(one.bytesPerSecond))} a second on each node`);
  return reasons;
}

/** `3`, `2.5`. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `850 B`, `1.2 MB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  return `${value >= 100 || at === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[at]}`;
}
