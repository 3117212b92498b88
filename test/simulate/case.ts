import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFailures } from '../../src/cli/format/outcomes.ts';
import { makeRollout } from '../../src/cli/rollout/make.ts';
import { type RolloutFlags, rolloutRequest } from '../../src/cli/rollout/options.ts';
import { plainRolloutView } from '../../src/cli/view/rollout/plain.ts';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';
import { executeRollout } from '../../src/rollout/execute.ts';
import type { RolloutEnv } from '../../src/rollout/session.ts';
import { ASSUMED } from './assumptions.ts';
import { realNow, VirtualClock } from './clock.ts';
import { Cluster } from './cluster.ts';
import { type By, kitOf } from './fleet.ts';
import { withSeed } from './random.ts';
import { simulatedSsh } from './ssh.ts';
import { simulatedSsm } from './ssm.ts';

export interface Case {
  clusters: number;
  nodes: number;
  seed: number;
  by: By;
  cores: number;
  flags: RolloutFlags;
}

export interface Measured {
  state: string;
  /** From "go" to each cluster's window and recovery (ms of the simulated clock); null where it never came. */
  windows: (number | null)[];
  recoveries: (number | null)[];
  counts: Record<string, number>;
  planned: number;
  /** Orders that the transports carried. */
  orders: number;
  planSeconds: number;
  runSeconds: number;
  cpuSeconds: number;
}

const PARAMETERS = {
  process: 'telemetryd',
  namespace: 'telemetry',
  daemonset: 'telemetryd',
  'pod-selector': 'app=telemetryd',
  'bigger-servers': 'false',
};

/** A file system in memory: the clock stands while a file is written, and a slow disk would only make the simulation slow. */
const MEMORY = '/dev/shm';

/** Plans a recovery of all clusters and carries it out: all of it is the product but the transports and the clock. */
export async function simulate(wanted: Case): Promise<Measured> {
  const stateDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'fireaxe-simulate-'));
  const clock = new VirtualClock(ASSUMED.stepMs);
  try {
    return await withSeed(wanted.seed, () =>
      clock.run(ASSUMED.startMs, () => carryOut(wanted, clock, stateDir)),
    );
  } finally {
    rmSync(stateDir, { recursive: true });
  }
}

async function carryOut(
  { clusters, nodes, seed, by, cores, flags }: Case,
  clock: VirtualClock,
  stateDir: string,
): Promise<Measured> {
  const [began, cpuBegan] = [realNow(), process.cpuUsage()];
  const kit = kitOf(clusters, nodes, by);
  const playbook = await loadPlaybook('control-plane-lockout', kit);
  const { rollout, plans } = await makeRollout(
    Object.keys(kit.clusters).map((name) => ({ name })),
    rolloutRequest(flags),
    {
      open: async (name) => kit.clusters[name]!,
      planFor: async (cluster) =>
        compilePlaybook(playbook, {
          kit,
          cluster,
          params: PARAMETERS,
          reason: 'simulated',
          now: new Date(),
          overrides: {},
        }),
      now: new Date(),
    },
  );
  const planned = realNow();
  const world = new Map(
    Object.values(kit.clusters).map(({ name, fleet }) => {
      const of = (role: 'control-plane' | 'worker') =>
        fleet.nodes.filter(({ roles }) => roles.includes(role)).map((node) => node.name);
      return [name, new Cluster(name, of('control-plane'), of('worker'), String(seed), clock.now)];
    }),
  );
  const go = clock.now();
  const acting = { clusters: world, clock, seed: String(seed) };
  const transport = by === 'ssm' ? simulatedSsm(acting, kit) : simulatedSsh(acting, cores);
  const recovered = new Map<string, number>();
  let orders = 0;
  const view = plainRolloutView(
    () => {},
    () => new Date(),
    rollout,
    { all: true },
  );
  const kept = new Map(rollout.clusters.map(({ name }) => [name, keepFailures()]));
  const env: RolloutEnv = {
    kit,
    stateDir,
    transport: async () => transport,
    now: () => new Date(),
    elapsed: () => performance.now(),
    uptime: () => performance.now() / 1000,
    sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    stop: new AbortController().signal,
    stopWaiting: new AbortController().signal,
    operator: 'simulated',
    onEvent(event) {
      view.onEvent(event);
    },
    onCluster(cluster, event) {
      if (event.kind === 'outcome') orders++;
      if (event.kind === 'end' && ['done', 'recovered', 'partial'].includes(event.verdict.state))
        recovered.set(cluster, clock.now());
      kept.get(cluster)!.onEvent(event);
      view.onRun(cluster, event);
    },
  };
  const verdict = await executeRollout(rollout, async (cluster) => plans.get(cluster)!, env);
  await view.end();
  await transport.close();
  const since = (at: number | undefined) => (at === undefined ? null : at - go);
  const cpu = process.cpuUsage(cpuBegan);
  if (process.env.SIMULATE_DEBUG)
    console.error(JSON.stringify(verdict.clusters.slice(0, 3), null, 1), verdict.why);
  return {
    state: verdict.state,
    windows: [...world.values()].map(({ windowAt }) =>
      since(windowAt !== undefined && windowAt <= clock.now() ? windowAt : undefined),
    ),
    recoveries: [...world.keys()].map((name) => since(recovered.get(name))),
    counts: verdict.counts,
    planned: verdict.planned,
    orders,
    planSeconds: (planned - began) / 1000,
    runSeconds: (realNow() - planned) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}
