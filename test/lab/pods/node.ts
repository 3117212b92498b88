import { join } from 'node:path';
import type { MachineSpec } from '../machine.ts';
import { group } from './groups.ts';
import { IMAGE } from './image.ts';

const containerd = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${IMAGE}"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
BinaryName = "/opt/lab/runc.sh"
`;
const network = {
  cniVersion: '0.4.0',
  name: 'lab',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: '10.244.1.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
  ],
};

/** It beats once a second, and notes what it reaches: the service, the API server itself, something else. */
const offender = `(while :; do date +%s >/beat/$1; sleep 1; done) &
reach() { [ -n "$(sleep 0.5 | nc -w 2 "$1" "$2" | head -c 3)" ] && s="$s $3" || s="$s -"; }
while :; do
  s=''
  reach 10.96.0.1 443 service; reach CP 6443 server; reach CP 22 else
  echo $s >/beat/$1.net
done
`;

/** A worker that can run pods, with the lab's kubelet as `kubelet-pod@UID:NET.service`. */
export function podWorker(
  name: string,
  cgroups: 'v1' | 'v2',
  crictl: string,
  image: string,
): Omit<MachineSpec, 'address' | 'machineId'> {
  return {
    name,
    containers: {
      cgroups,
      binds: {
        [crictl]: '/usr/local/bin/crictl',
        [image]: '/opt/image.tar',
        [join(import.meta.dirname)]: '/opt/lab',
      },
    },
    files: {
      '/usr/local/bin/crictl': '',
      '/opt/image.tar': '',
      '/etc/containerd/config.toml': containerd,
      '/etc/cni/net.d/10-lab.conflist': JSON.stringify(network),
      // On v1 nothing tells this systemd that a group is empty: it waits for its time-outs.
      '/etc/systemd/system.conf.d/lab.conf': '[Manager]\nDefaultTimeoutStopSec=2s\n',
      '/etc/systemd/system/user@.service.d/lab.conf': '[Service]\nTimeoutStopSec=1s\n',
      '/etc/crictl.yaml': 'runtime-endpoint: unix:///run/containerd/containerd.sock\n',
      '/var/beat/offender.sh': offender,
      '/etc/systemd/system/kubelet-pod@.service': `[Service]\nExecStart=/bin/bash -c 'set -- $(echo %i | tr : " "); exec /bin/bash /opt/lab/kubelet.sh $1 $2 ${group} $3'\nKillMode=mixed\n`,
    },
  };
}

/** Before any pod is made there. */
export function readyCommand(api: string): string {
  return `
for d in /sys/fs/cgroup /sys/fs/cgroup/*; do ! mountpoint -q $d || mount -o remount,rw,bind $d; done
sed -i s/CP/${api}/g /var/beat/offender.sh
sysctl -qw net.ipv4.ip_forward=1; ip route add 10.96.0.0/16 via ${api}
nft -f - <<N
table ip kube {
chain pre { type nat hook prerouting priority -100; ip daddr 10.96.0.1 tcp dport 443 dnat to ${api}:6443; }
chain out { type nat hook output priority -100; ip daddr 10.96.0.1 tcp dport 443 dnat to ${api}:6443; }
chain post { type nat hook postrouting priority 100; ip saddr 10.244.1.0/24 oifname host0 masquerade; }
}
N
systemctl start containerd && ctr -n k8s.io images import /opt/image.tar`;
}
