import { sideBySide } from '../../base/side-by-side.ts';
import type { ClusterDeps } from '../../doctor/cluster.ts';
import type { Told } from '../../doctor/told.ts';
import { type Check, type Finding, failed } from '../../doctor/types.ts';
import { kitOf } from '../../kit/clusters/opened.ts';
import { knownHostsOf } from '../../kit/known-hosts.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { openReader } from '../../run/gate/reach.ts';
import { canAsk } from '../ask.ts';
import type { CliContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { openKeys } from '../passphrases.ts';
import { reported } from '../report-error.ts';

const AT_ONCE = 8;

export interface Asked {
  names: readonly string[];
  /** Nodes by each transport; none: nobody is asked. */
  sample: number;
  timeoutMs: number;
  wanted(check: Check): boolean;
}

export interface KitChecked {
  findings: Finding[];
  /** Those that can be opened. */
  clusters: ClusterKit[];
  told: Map<string, Told>;
}

/** Checks each cluster by itself: one that cannot be opened, or fails in any other way, is a finding. */
export async function checkClusters(context: CliContext, asked: Asked): Promise<KitChecked> {
  const checked: KitChecked = { findings: [], clusters: [], told: new Map() };
  await sideBySide(asked.names, AT_ONCE, async (name) => {
    try {
      await checkOne(context, name, asked, checked);
    } catch (error) {
      const { message, place, expected, next } = reported(error).error;
      const what = [message, place && `at ${place}`, expected && `expected: ${expected}`]
        .filter(Boolean)
        .join('; ');
      checked.findings.push({ ...failed('cluster', { message: what, next }), clusters: [name] });
    }
  });
  return checked;
}

async function checkOne(context: CliContext, name: string, asked: Asked, checked: KitChecked): Promise<void> {
  const { io, flags } = context;
  const kit = await kitOf(context.kit, name);
  const cluster = kit.clusters[name]!;
  const of: CliContext = { ...context, kit };
  checked.clusters.push(cluster);
  checked.findings.push({
    check: 'cluster',
    state: 'green',
    clusters: [name],
    what: 'its definition and what it names are complete',
  });
  if (asked.sample > 0 && canAsk(io, flags)) await openKeys(of, name);
  const { env, close } = runEnvironment(of, () => {});
  const reader = openReader(env, cluster, asked.timeoutMs);
  try {
    const [{ checkCluster }, { sharedKnownHosts }] = await Promise.all([
      import('../../doctor/cluster.ts'),
      import('../../transport/known-hosts/shared.ts'),
    ]);
    const read = context.readKnownHosts ?? sharedKnownHosts();
    const deps: ClusterDeps = {
      now: io.now,
      env: io.env,
      fleetMaxAgeMs: kit.policy.fleetMaxAgeMs,
      sample: asked.sample,
      reach: reader.reach,
      knownHosts: () => read(knownHostsOf(kit), kit.revokedHostKeys),
      passphrases: context.passphrases ?? new Map(),
      wanted: asked.wanted,
      onTrace: context.onTrace,
    };
    const { findings, told } = await checkCluster(cluster, deps);
    checked.findings.push(...findings);
    checked.told.set(name, told);
  } finally {
    await reader.close();
    await close();
  }
}
