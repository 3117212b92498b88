import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { kitCopy } from './kit-copy.ts';
import { eventually } from './patience.ts';

const PORT = 2222;
const UNIT = 'unified-view';

/** A kit with which Fireaxe sees cgroups v2 on one machine: real processes, sockets and rules, in groups that a script mirrors. */
export async function unifiedOn(cluster: Cluster, at: string): Promise<string> {
  const script = readFileSync(join(import.meta.dirname, 'node/unified.sh'), 'utf8');
  const ran = await cluster
    .at(at)
    .sh(
      `cat >/root/unified.sh; systemd-run -q --collect --unit=${UNIT} unshare --mount /bin/sh /root/unified.sh ${PORT}`,
      { stdin: script },
    );
  if (ran.code !== 0) throw new Error(ran.stderr);
  const pids = (at: string) => cluster.sh(at, 'pidof kubelet kube-proxy');
  await eventually('the processes are in their groups of v2', async () => {
    const groups = await cluster.sh(at, `for p in ${await pids(at)}; do grep ^0: /proc/$p/cgroup; done`);
    return groups.includes('kubelet.service') && groups.includes('kubepods');
  });
  // A socket keeps the group in which it was made: all are made again.
  await cluster.sh(at, "ss -K -Htn state established '( dport = :6443 or dport = :443 )'");
  const { address } = cluster.at(at).spec;
  return kitCopy(cluster, 'kit-unified', {
    fleet: (fleet) => {
      fleet.nodes.find(({ name }) => name === at)!.port = PORT;
    },
    knownHosts: (text) =>
      text.replace(new RegExp(`^${address.replaceAll('.', '\\.')} `, 'm'), `[${address}]:${PORT} `),
  });
}

export async function unifiedOff(cluster: Cluster, at: string): Promise<void> {
  await cluster.sh(at, `systemctl stop ${UNIT}; rm -f /root/unified.sh`);
}
