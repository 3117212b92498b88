import type { ClusterKit, Kit, Target } from '../../src/kit/types.ts';
import { planActionStep } from '../../src/plan/draft.ts';
import { sealRollout } from '../../src/plan/rollout/seal.ts';
import type { RolloutCluster, RolloutPlan } from '../../src/plan/rollout/types.ts';
import { sealPlan } from '../../src/plan/seal.ts';
import { actionSteps } from '../../src/plan/steps.ts';
import type { Plan } from '../../src/plan/types.ts';
import type { RolloutEnv } from '../../src/rollout/session.ts';
import type { RunEvent } from '../../src/run/types.ts';
import type { NodeScript, Outcome, Transport } from '../../src/transport/types.ts';
import { envFor, kitOf } from '../run/fake-fleet.ts';

/** A kit of clusters `c1`, `c2`, …, each with one control-plane node `c1-cp` and workers `c1-n1`, `c1-n2`, …. */
export function kitOfClusters(count: number, workers = 2): Kit {
  const kit = kitOf(0);
  const model = kit.clusters.c!;
  const clusters: Record<string, ClusterKit> = {};
  for (let i = 1; i <= count; i++) {
    const name = `c${i}`;
    const node = (own: string, role: 'control-plane' | 'worker') => ({
      name: `${name}-${own}`,
      cluster: name,
      roles: [role],
      address: '10.0.0.1',
      labels: {},
    });
    const nodes = [
      node('cp', 'control-plane'),
      ...Array.from({ length: workers }, (_, n) => node(`n${n + 1}`, 'worker')),
    ];
    clusters[name] = { ...model, name, fleet: { ...model.fleet, cluster: name, nodes } };
  }
  return { ...kit, clusters };
}

/** A plan that holds a process on the workers of one cluster. */
export function planFor(kit: Kit, cluster: string, maxFailures = '0'): Plan {
  const request = { kit, cluster: kit.clusters[cluster]!, reason: 'test', now: new Date(), overrides: {} };
  const targets = request.cluster.fleet.nodes.map(({ name }) => name).filter((name) => !name.endsWith('-cp'));
  const step = planActionStep(
    { id: 'hold', action: 'stop', params: { process: 'agent' }, targets, place: 'test', maxFailures },
    request,
  );
  const workstreams = [{ name: 'hold', title: 'hold', needs: {}, steps: [step] }];
  return sealPlan({ name: 'stop', title: 'hold', params: {}, workstreams }, request);
}

/** A rollout of that plan over all clusters of the kit: one cluster a wave unless the pace says otherwise. */
export function rolloutFor(kit: Kit, pace: Partial<RolloutPlan> = {}) {
  const plans = new Map(Object.keys(kit.clusters).map((name) => [name, planFor(kit, name)]));
  const clusters = [...plans].map(([name, plan]) => {
    const targets = actionSteps(plan)[0]!.targets.length;
    return { name, plan: plan.hash, nodes: targets, targets };
  });
  return { rollout: rolloutOf(clusters, pace), planOf: async (cluster: string) => plans.get(cluster)! };
}

/** A rollout over these clusters, whatever their plans are. */
export function rolloutOf(clusters: RolloutCluster[], pace: Partial<RolloutPlan> = {}): RolloutPlan {
  const waves = clusters.map(() => 1);
  const usual = { waves, parallel: 8, maxFailed: 0, soakMs: 0, gate: 'as-before', leftOut: [] };
  return sealRollout(
    { name: 'stop', title: 'hold', reason: 'test', clusters, ...usual, ...pace },
    new Date(),
  );
}

/** Clusters `c1`, `c2`, … of one target each. */
export const clustersOf = (count: number): RolloutCluster[] =>
  Array.from({ length: count }, (_, i) => ({ name: `c${i + 1}`, plan: 'hash', nodes: 1, targets: 1 }));

/** Lets the API servers answer as `ready` says; all else goes to the transport. */
export function withApiServers(
  transport: Transport,
  ready: (node: string) => boolean = () => true,
): Transport {
  const probed = (target: Target): Outcome => {
    const at = new Date().toISOString();
    const base = { target: target.name, stdout: '', stderr: '', truncated: false, via: 'ssh' as const };
    const data = { readyz: ready(target.name) ? 'ok' : 'no-answer', livez: 'ok', etcd: 'ok' };
    return {
      ...base,
      startedAt: at,
      endedAt: at,
      state: 'ok',
      result: { fireaxe: 1, op: 'check', state: 'ok', data },
    } as unknown as Outcome;
  };
  return {
    ...transport,
    async *run(batch, script: NodeScript, options) {
      const isProbe = /^FX_ACTION=probe$/m.test(script.textFor(batch[0]!, 'ssh'));
      if (!isProbe) yield* transport.run(batch, script, options);
      else for (const target of batch) yield probed(target);
    },
  };
}

/** An environment that keeps what it is told, in order. */
export function rolloutEnv(kit: Kit, transport: Transport, rest: Partial<RolloutEnv> = {}) {
  const told: { cluster: string; event: RunEvent }[] = [];
  const env: RolloutEnv & { events: RunEvent[] } = {
    ...envFor(kit, transport),
    onCluster: (cluster, event) => told.push({ cluster, event }),
    ...rest,
  } as RolloutEnv & { events: RunEvent[] };
  return { env, told };
}
