import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { loopsOnHollow } from './hollow.ts';
import { PORT } from './layout.ts';
import { eventually, pause } from './patience.ts';
import { memoryKills, onControlPlane, readyz } from './truth.ts';

/** Makes a full list expensive: about 25 MB, encoded again for each caller. */
const PADDING = { pods: 3000, bytes: 8192 };
/** Loops in each copy of the offender. */
const LOOPS = 12;

/** Creates the pods that make a list expensive. They stay for the next flood. */
export async function pad(cluster: Cluster): Promise<void> {
  const server = `https://${cluster.at('cp1').spec.address}:${PORT}`;
  const ran = await cluster
    .at('cp1')
    .sh(
      `/opt/offender/telemetryd pad -kubeconfig /etc/kubernetes/super-admin.conf -server ${server} -n ${PADDING.pods} -size ${PADDING.bytes}`,
      { timeoutMs: 600_000 },
    );
  if (ran.code !== 0) throw new Error(`padding failed: ${ran.stderr}`);
}

/** Deploys the offender on all nodes; returns after how many seconds no API server was ready in three readings in a row. */
export async function flood(cluster: Cluster): Promise<number> {
  const [account, daemonSet] = offender();
  await cluster.apply(account);
  const token = await cluster.asked('create token telemetry-agent -n telemetry --duration 24h');
  // Before the DaemonSet exists: after that, neither the API nor SSH answers in time.
  await loopsOnHollow(cluster.host, token, LOOPS);
  const began = Date.now();
  await cluster.apply(daemonSet);
  let down = 0;
  await eventually(
    'no API server is ready',
    async () => {
      down = (await readyServers(cluster)) === 0 ? down + 1 : 0;
      return down === 3;
    },
    600_000,
    3_000,
  );
  return Math.round((Date.now() - began) / 1000);
}

async function readyServers(cluster: Cluster): Promise<number> {
  const all = await onControlPlane((at) => readyz(cluster, at));
  return Object.values(all).filter(({ status }) => status === 200).length;
}

/** Does nothing for a while; returns the highest number of ready servers in any reading, and the kernel's kills. */
export async function handsOff(cluster: Cluster, seconds: number): Promise<{ most: number; kills: number }> {
  const before = memoryKills();
  const until = Date.now() + 1000 * seconds;
  let most = 0;
  while (Date.now() < until) {
    most = Math.max(most, await readyServers(cluster));
    await pause(3_000);
  }
  return { most, kills: memoryKills() - before };
}

/** On how many nodes the offender's process runs. */
export async function offenderNodes(cluster: Cluster): Promise<number> {
  const machines = [cluster.host, ...cluster.workers];
  const counts = await Promise.all(
    machines.map((at) => at.sh('pgrep -c -x telemetryd', { timeoutMs: 30_000 })),
  );
  return counts.reduce((sum, { stdout }) => sum + (Number(stdout.trim()) || 0), 0);
}

/** Kills the offender's processes without Kubernetes, for a test that failed. */
export async function endFlood(cluster: Cluster): Promise<void> {
  await loopsOnHollow(cluster.host, '', 0);
  for (const { spec } of cluster.workers) await cluster.sh(spec.name, 'pkill -9 -x telemetryd');
}

/** The manifests of the account with its roles, and of the DaemonSet. */
function offender(): [string, string] {
  const text = readFileSync(join(import.meta.dirname, 'manifests/offender.yaml'), 'utf8');
  const documents = text.replace('LOOPS', String(LOOPS)).split(/^---$/m);
  return [documents.slice(0, -1).join('---'), documents.at(-1)!];
}
