import { gunzipSync } from 'node:zlib';
import type { Target } from '../../src/kit/types.ts';
import type { NodeResult, RESULT_STATES } from '../../src/transport/types.ts';
import type { Cluster } from './cluster.ts';

/** What a script says of itself in its first lines. */
export interface Order {
  op: string;
  action: string;
  step: string;
  nonce: string;
}

type Told = Omit<NodeResult, 'fireaxe' | 'op' | 'state'> & {
  state: (typeof RESULT_STATES)[number];
  stdout?: string;
};

const HEAD = 1_000;

/** A text as it was before the transport packed it. */
export function unpacked(text: string): string {
  const base64 = /^FX_TEXT=\$\(printf %s '?([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  return base64 === undefined ? text : gunzipSync(Buffer.from(base64, 'base64')).toString();
}

export function orderOf(text: string): Order {
  const head = text.slice(0, HEAD);
  const of = (name: string) => new RegExp(`^${name}=(\\S*)$`, 'm').exec(head)?.[1]?.replaceAll("'", '') ?? '';
  return { op: of('FX_OP'), action: of('FX_ACTION'), step: of('FX_STEP'), nonce: of('FX_NONCE') };
}

const ABSENT: Told = { state: 'absent' };
const OBJECT = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'telemetryd', namespace: 'telemetry', uid: '1', resourceVersion: '1' },
  spec: {},
});

/** Does on a node of a simulated cluster what a script orders. Its results have the form of the real ones. */
export function perform(
  cluster: Cluster,
  { name, roles }: Pick<Target, 'name' | 'roles'>,
  order: Order,
  nowMs: number,
): Told {
  const { op, action, step } = order;
  if (action === 'probe') return probe(cluster, name, nowMs);
  if (action === 'pods-left') return podsLeft(cluster, name);
  // What was ordered was done: only its answer was lost.
  if (op === 'receipt') return { state: 'ok', data: { state: 'changed' }, before: {} };
  if (op === 'keep') return { state: 'changed' };
  if (op === 'fetch')
    return cluster.isReady(name)
      ? { state: 'ok', stdout: `${OBJECT}\n` }
      : { state: 'failed', note: 'the API server does not answer' };
  if (op !== 'apply' && op !== 'undo') return { state: 'ok' };
  const apply = op === 'apply';
  switch (action) {
    case 'stop':
      if (apply && !roles.includes('control-plane')) cluster.hold(name);
      return {
        state: 'changed',
        ...(apply && { before: { held: '' }, data: { running: '1', held: '1', found: '1' } }),
      };
    case 'fence':
      cluster.fence(name, apply);
      return { state: 'changed', ...(apply && { before: {} }) };
    case 'readmit':
      if (apply) cluster.readmit(0.25 * Number(/\d+$/.exec(step)?.[0] ?? 4));
      return { state: 'changed', ...(apply && { before: {} }) };
    case 'start':
      cluster.start(name);
      return { state: 'changed', ...(apply && { before: {} }) };
    case 'kubectl':
      return cluster.isReady(name) && cluster.deleteOffender()
        ? { state: 'changed', before: {} }
        : { state: 'failed', note: 'the API server does not answer' };
    default:
      return apply ? { state: 'changed', before: {} } : op === 'undo' ? { state: 'changed' } : ABSENT;
  }
}

function probe(cluster: Cluster, name: string, nowMs: number): Told {
  if (!cluster.isReady(name))
    return { state: 'ok', data: { livez: 'no-answer', readyz: 'no-answer', etcd: 'ok' } };
  const calls = Math.floor(nowMs / 10);
  const data = {
    livez: 'ok',
    readyz: 'ok',
    etcd: 'ok',
    latencyMs: '20',
    inflight: '3',
    memoryBytes: '2000000000',
    requests: String(calls),
    errors: '0',
    throttled: '0',
    rejected: '0',
    startedAt: '1',
    connections: '20',
    leasesFresh: String(cluster.freshLeases()),
    leasesOf: String(cluster.workers.length),
  };
  return { state: 'ok', data };
}

function podsLeft(cluster: Cluster, name: string): Told {
  if (!cluster.isReady(name)) return { state: 'failed', note: 'the API server does not answer' };
  const left = cluster.podsLeft();
  return { state: 'ok', data: { left: String(left.length) }, stdout: [left.length, ...left, ''].join('\n') };
}
