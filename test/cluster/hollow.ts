import type { Machine } from '../lab/machine.ts';
import { API_NAME, type HollowNode, PORT } from './layout.ts';

/** Starts the nodes one after the other, because each start is a burst of load. */
export async function startHollow(
  host: Machine,
  gateway: string,
  nodes: HollowNode[],
  kubeconfig: string,
): Promise<void> {
  const config = kubeconfig.replace(/server: .*/, `server: https://${API_NAME}:${PORT}`);
  const starts = nodes.map(
    ({ name, address, machineId }, i) =>
      `sh /opt/cluster/hollow/start.sh ${name} ${address} ${gateway} ${machineId} ${i % 3} && sleep 0.3`,
  );
  const ran = await host.sh(
    `cat >/root/kubeconfig; : >/root/loops; cp /opt/offender/telemetryd /usr/local/bin/telemetryd; ${starts.join(' && ')}`,
    { stdin: config, timeoutMs: 180_000 },
  );
  if (ran.code !== 0) throw new Error(`cannot start the hollow nodes: ${ran.stdout}${ran.stderr}`);
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
