import type { Machine } from '../lab/machine.ts';
import type { Cluster } from './cluster.ts';
import { API_NAME, type HollowNode, PORT } from './layout.ts';

/** Starts the nodes one after the other, because each start is a burst of load. */
export async function startHollow(
  host: Machine,
  gateway: string,
  nodes: HollowNode[],
  kubeconfig: string,
): Promise<void> {
  const config = kubeconfig.replace(/server: .*/, `server: https://${API_NAME}:${PORT}`);
  await onHost(
    host,
    `cat >/root/kubeconfig; : >/root/loops; cp /opt/offender/telemetryd /usr/local/bin/telemetryd; ${startOf(gateway, nodes)}`,
    config,
  );
}

const startOf = (gateway: string, nodes: HollowNode[]) =>
  nodes
    .map(
      ({ name, address, machineId }) =>
        `sh /opt/cluster/hollow/start.sh ${name} ${address} ${gateway} ${machineId} ${turnOf(name)} && sleep 0.3`,
    )
    .join(' && ');

/** By its number, so that a node that starts again has the same one. */
const turnOf = (name: string) => (Number(/\d+$/.exec(name)![0]) - 1) % 3;

async function onHost(host: Machine, command: string, stdin?: string): Promise<void> {
  const ran = await host.sh(command, { ...(stdin && { stdin }), timeoutMs: 180_000 });
  if (ran.code !== 0) throw new Error(`cannot start or stop hollow nodes: ${ran.stdout}${ran.stderr}`);
}

/** Takes nodes out of the cluster, each with what else runs on it as `…-NAME`, and with its object in the API. */
export async function hollowGone(cluster: Cluster, nodes: HollowNode[]): Promise<void> {
  if (nodes.length === 0) return;
  const names = nodes.map(({ name }) => name);
  await onHost(
    cluster.host,
    `systemctl stop ${names.map((name) => `${name} '*-${name}.service'`).join(' ')}`,
  );
  await cluster.asked(`delete node --ignore-not-found ${names.join(' ')}`, { timeoutMs: 120_000 });
}

/** Starts those that do not run. */
export async function hollowAgain(cluster: Cluster, nodes: HollowNode[]): Promise<void> {
  const { stdout } = await cluster.host.sh(`systemctl is-active ${nodes.map(({ name }) => name).join(' ')}`);
  const states = stdout.trim().split('\n');
  const gone = nodes.filter((_, i) => states[i] !== 'active');
  if (gone.length === 0) return;
  // The kernel removes a link later than its namespace, unless told.
  const emptied = gone.map(
    ({ name }) =>
      `systemctl reset-failed ${name} 2>/dev/null; ip -n ${name} link del e0; ip netns del ${name};`,
  );
  await onHost(cluster.host, `${emptied.join(' ')} ${startOf(`${cluster.facts.net}.1`, gone)}`);
}

/** Sets how many loops each offender on a hollow node runs; 0 kills the running ones. */
export async function loopsOnHollow(host: Machine, token: string, loops: number): Promise<void> {
  if (loops === 0) {
    await host.sh(': >/root/loops; pkill -9 -x telemetryd');
    return;
  }
  await host.sh(
    `{ grep -v -E 'client-(certificate|key)-data' /root/kubeconfig; printf '    token: '; cat; } >/root/offender.conf; echo ${loops} >/root/loops`,
    { stdin: token },
  );
}
