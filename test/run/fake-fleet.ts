import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kit, Target } from '../../src/kit/types.ts';
import type { RunEnv, RunEvent } from '../../src/run/types.ts';
import type { NodeScript, Outcome, OutcomeReason, Transport } from '../../src/transport/types.ts';

/** A node that keeps the node protocol's promises in memory: receipts, and a count of what really ran. */
interface FakeNode {
  receipts: Map<string, 'intent' | 'done'>;
  ran: Map<string, number>;
  undone: string[];
  /** Orders that came although it had done them. */
  doubled: number;
}

/** What becomes of one operation on one node. */
export type Fate =
  | 'ok'
  | 'slow'
  | 'none'
  | 'armed'
  | 'fails'
  | 'incomplete'
  | 'unreachable'
  | 'lost-before'
  | 'lost-after'
  | 'crash';

/** What a hold tells where nothing of what it is for runs. */
const NONE = { running: '0', held: '0', found: '0', names: 'agend sshd' };

/** Simulated nodes behind a transport; `fate` decides, `crash` freezes the whole client as SIGKILL would. */
export function fakeFleet(fate: (op: string, step: string, node: string) => Fate = () => 'ok') {
  const nodes = new Map<string, FakeNode>();
  let frozen = false;
  let freeze = () => {};
  const crashed = new Promise<true>((resolve) => {
    freeze = () => {
      frozen = true;
      resolve(true);
    };
  });
  const nodeOf = (name: string) => {
    let node = nodes.get(name);
    if (!node) {
      node = { receipts: new Map(), ran: new Map(), undone: [], doubled: 0 };
      nodes.set(name, node);
    }
    return node;
  };
  const forever = new Promise<never>(() => {});

  async function one(target: Target, script: NodeScript): Promise<Outcome> {
    await new Promise((r) => setImmediate(r));
    if (frozen) return forever;
    const text = script.textFor(target, 'ssh');
    const op = /^FX_OP=(\S+)$/m.exec(text)![1]!;
    const step = /^FX_STEP=(\S+)$/m.exec(text)![1]!;
    const at = new Date().toISOString();
    const base = {
      target: target.name,
      stdout: '',
      stderr: '',
      truncated: false,
      via: 'ssh' as const,
      startedAt: at,
      endedAt: at,
    };
    const decided = fate(op, step, target.name);
    if (decided === 'crash') {
      freeze();
      return forever;
    }
    const late: OutcomeReason = { code: 'connect-timeout', phase: 'auth', message: 'the login hung' };
    if (decided === 'slow') return { ...base, state: 'unreachable', reason: late };
    if (decided === 'unreachable')
      return { ...base, state: 'unreachable', reason: { code: 'refused', message: 'refused' } };
    if (decided === 'incomplete')
      return { ...base, state: 'failed', reason: { code: 'incomplete', message: 'arrived incomplete' } };
    if (decided === 'lost-before')
      return { ...base, state: 'unknown', reason: { code: 'connection-lost', message: 'reset' } };
    const acted = act(nodeOf(target.name), op, step, decided === 'fails');
    const data = { none: NONE, armed: { armed: 'yes' } }[String(decided)];
    const result = data ? { ...acted, data } : acted;
    if (decided === 'lost-after')
      return { ...base, state: 'unknown', reason: { code: 'connection-lost', message: 'reset' } };
    const state =
      result.state === 'failed' || result.state === 'absent' ? ('failed' as const) : ('ok' as const);
    return { ...base, state, result: { fireaxe: 1, op, ...result } };
  }

  function act(node: FakeNode, op: string, step: string, fails: boolean) {
    if (op === 'receipt') {
      return node.receipts.get(step) === 'done'
        ? { state: 'ok' as const, data: { state: 'changed' }, before: { was: 'idle' } }
        : { state: 'absent' as const };
    }
    if (op === 'undo') {
      node.undone.push(step);
      return { state: 'changed' as const };
    }
    if (fails) return { state: 'failed' as const, note: 'no' };
    if (op !== 'apply') return { state: 'ok' as const };
    if (node.receipts.has(step)) node.doubled++;
    else {
      node.receipts.set(step, 'done');
      node.ran.set(step, (node.ran.get(step) ?? 0) + 1);
    }
    return { state: 'changed' as const, before: { was: 'idle' } };
  }

  const transport: Transport = {
    name: 'ssh',
    batches: (targets) => targets.map((t) => [t]),
    async *run([target], script) {
      yield await one(target!, script);
    },
    async close() {},
  };
  return { nodes, nodeOf, transport, crashed };
}

export function kitOf(size: number): Kit {
  const nodes = Array.from({ length: size }, (_, i) => ({
    name: `n${i + 1}`,
    cluster: 'c',
    roles: ['worker' as const],
    address: `10.0.0.${i + 1}`,
    labels: {},
  }));
  return {
    path: '/kit',
    name: 'kit',
    knownHosts: [],
    playbooks: {},
    policy: { floors: {}, maxFailures: '10%', planMaxAgeMs: 900_000, fleetMaxAgeMs: 1e9 },
    clusters: {
      c: {
        name: 'c',
        ssh: { user: 'root', port: 22, useAgent: false, sudo: false },
        bastions: {},
        via: ['ssh'],
        kubernetes: { apiserverPort: 6443, clientPorts: [], kubeconfigs: [], alwaysAllow: [] },
        parameters: {},
        fleet: { schemaVersion: 1, cluster: 'c', takenAt: '2026-01-01T00:00:00Z', source: 'file', nodes },
      },
    },
  };
}

export function envFor(
  kit: Kit,
  transport: Transport,
  rest: Partial<RunEnv> = {},
): RunEnv & { events: RunEvent[] } {
  const events: RunEvent[] = [];
  return {
    kit,
    stateDir: mkdtempSync(join(tmpdir(), 'fireaxe-test-')),
    transport: async () => transport,
    now: () => new Date(),
    uptime: () => performance.now() / 1000,
    sleep: async () => {},
    stop: new AbortController().signal,
    stopWaiting: new AbortController().signal,
    onEvent: (event) => events.push(event),
    operator: 'test@here',
    ...rest,
    events,
  };
}
