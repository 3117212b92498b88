import { FireaxeError } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import type { KnownHosts } from '../transport/known-hosts/known-hosts.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import { judgeAccess } from './access.ts';
import { aheadMs, type ClockReading } from './clock.ts';
import { checkCloud } from './cloud.ts';
import { judgeHostKeys } from './host-keys.ts';
import { checkKeys } from './keys.ts';
import { sampleBy } from './sample.ts';
import { doctorScript } from './script.ts';
import { judgeServices } from './services.ts';
import { judgeSnapshot } from './snapshot.ts';
import { type Told, toldBy } from './told.ts';
import { type Check, type Finding, failed, type Judged } from './types.ts';

export interface ClusterDeps {
  now(): Date;
  env: Record<string, string | undefined>;
  fleetMaxAgeMs: number;
  /** Nodes to ask by each transport; none where nothing may be asked. */
  sample: number;
  /** Runs a script that only reads; one outcome for each target. */
  reach(targets: Target[], script: NodeScript): Promise<Outcome[]>;
  knownHosts(): Promise<KnownHosts>;
  passphrases: ReadonlyMap<string, string>;
  wanted(check: Check): boolean;
  onTrace?: OnTrace | undefined;
}

export interface ClusterChecked {
  findings: Finding[];
  told: Told;
}

/** Checks one cluster; a check that fails is a finding, and costs the others nothing. */
export async function checkCluster(cluster: ClusterKit, deps: ClusterDeps): Promise<ClusterChecked> {
  const { now, wanted, sample } = deps;
  const nowMs = now().getTime();
  const findings: Finding[] = [];
  const clocks: ClockReading[] = [];
  const check = async (name: Check, make: () => Promise<(Judged & { check?: Check })[]>) => {
    if (!wanted(name)) return;
    const made = await make().catch((error) => [failed(name, told(error))]);
    findings.push(...made.map((one) => ({ check: name, ...one, clusters: [cluster.name] })));
  };
  const targets = targetsOf(cluster);
  const { name, fleet } = cluster;
  const discovers = cluster.cloud !== undefined;
  const by = { nowMs, maxAgeMs: deps.fleetMaxAgeMs, cluster: name };
  await check('snapshot', async () => [
    ...judgeSnapshot(fleet, { ...by, discovers }),
    ...judgeServices(cluster.services, by),
  ]);
  const bySsh = targets.some(({ via }) => via.some((one) => TRANSPORTS[one].addressedBy === 'ip'));
  if (bySsh) {
    await check('host-keys', async () => judgeHostKeys(targets, await deps.knownHosts(), name));
    await check('keys', () =>
      checkKeys(cluster, { nowMs, agent: deps.env.SSH_AUTH_SOCK, known: deps.passphrases }),
    );
  }
  const outcomes: Outcome[] = [];
  if (sample > 0) {
    const ways = [...new Set(targets.flatMap(({ via }) => via))];
    await check('access', async () => {
      const script = () => doctorScript({ cluster, nodes: fleet.nodes }, now());
      const each = await Promise.all(
        ways.map(async (via: TransportName) => {
          const some = await deps.reach(sampleBy(via, targets, sample), script());
          outcomes.push(...some);
          return judgeAccess(via, some);
        }),
      );
      return each.flat();
    });
    const onTrace: OnTrace = (event) => {
      deps.onTrace?.(event);
      if (event.kind !== 'call' || event.date === undefined) return;
      const toMs = now().getTime();
      clocks.push({
        of: `AWS in ${cluster.cloud?.region}`,
        aheadMs: aheadMs(Date.parse(event.date), { fromMs: toMs - event.ms, toMs }),
      });
    };
    const wantsCloud = discovers && (wanted('cloud') || wanted('permissions'));
    if (wantsCloud) await check('cloud', () => checkCloud(cluster, { env: deps.env, nowMs, onTrace }));
  }
  const heard = toldBy(name, outcomes);
  return {
    findings: findings.filter((one) => wanted(one.check)),
    told: { ...heard, clocks: [...heard.clocks, ...clocks.slice(-1)] },
  };
}

function told(error: unknown): { message: string; next?: string | undefined } {
  return error instanceof FireaxeError
    ? error
    : { message: error instanceof Error ? error.message : String(error) };
}
