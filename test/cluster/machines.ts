import { dirname } from 'node:path';
import type { LabSpec } from '../lab/lab.ts';
import type { Binaries } from './build/binaries.mjs';
import { PAUSE } from './build/images.ts';
import { makeGroups } from './groups.ts';
import { patches } from './kubeadm.ts';
import {
  API_NAME,
  addressOf,
  CONTROL_PLANE,
  HOLLOW_HOST,
  MACHINES,
  numberOf,
  podNet,
  SOLO,
  WORKERS,
} from './layout.ts';
import { soloFiles } from './solo/machine.ts';

const containerd = `version = 2
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE}"
# A process in a machine cannot lower its OOM score.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
`;

const kernelView = `[Unit]
Before=containerd.service kubelet.service
[Service]
Type=oneshot
ExecStart=/bin/sh /opt/cluster/node/kernel-view.sh
RemainAfterExit=yes
[Install]
WantedBy=multi-user.target
`;

// The unit of the Kubernetes packages with kubeadm's drop-in.
const kubelet = `[Unit]
Wants=network-online.target containerd.service
After=containerd.service
[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS
Restart=always
StartLimitInterval=0
RestartSec=10
[Install]
WantedBy=multi-user.target
`;

// With cgroups v1 systemd does not learn that a group is empty, so it waits for these time-outs.
const patience = {
  '/etc/systemd/system.conf.d/cluster.conf': '[Manager]\nDefaultTimeoutStopSec=3s\n',
  '/etc/systemd/system/user@.service.d/cluster.conf': '[Service]\nTimeoutStopSec=1s\n',
  '/var/lib/systemd/linger/root': '',
  '/etc/systemd/journald.conf.d/cluster.conf':
    '[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\nRateLimitBurst=0\n',
  '/etc/ssh/sshd_config.d/cluster.conf': 'MaxStartups 500:30:1000\n',
};

/** The machines of a cluster, in the order of their addresses. */
export function clusterMachines(net: string, binaries: Binaries, images: string): LabSpec[] {
  const binds = {
    [dirname(binaries.paths.kubelet!)]: '/opt/kubernetes',
    [dirname(binaries.paths.etcd!)]: '/opt/etcd',
    [dirname(binaries.paths.telemetryd!)]: '/opt/offender',
    [images]: '/opt/images',
    [import.meta.dirname]: '/opt/cluster',
  };
  return MACHINES.map((name) => ({
    name,
    containers: { cgroups: 'v1', binds, kubelet: { groups: makeGroups(name) } },
    files: { ...patience, ...(name === HOLLOW_HOST ? hollowHost(net) : node(net, name)) },
  }));
}

function node(net: string, name: string): Record<string, string> {
  return {
    '/etc/hosts': hosts(net, numberOf(name)),
    '/etc/systemd/network/10-host0.network.d/cluster.conf': `[Network]\nGateway=${net}.1\n${routes(net, name)}`,
    '/etc/systemd/network/20-pods.network': '[Match]\nName=cni0 veth*\n[Link]\nUnmanaged=yes\n',
    '/etc/containerd/config.toml': containerd,
    '/etc/cni/net.d/10-cluster.conflist': JSON.stringify(podNetwork(podNet(name))),
    ...(name !== SOLO && {
      '/etc/crictl.yaml': 'runtime-endpoint: unix:///run/containerd/containerd.sock\n',
    }),
    '/etc/systemd/system/kernel-view.service': kernelView,
    '/etc/systemd/system/kubelet.service': kubelet,
    ...(CONTROL_PLANE.includes(name) && patches()),
    ...(name === SOLO && soloFiles(addressOf(net, name), containerd)),
  };
}

/** Its address is on a bridge that its nodes share. */
function hollowHost(net: string): Record<string, string> {
  return {
    ...Object.fromEntries([0, 1, 2].map((turn) => [`/etc/hosts.${turn}`, hosts(net, turn)])),
    '/etc/hosts': hosts(net, 0),
    '/etc/systemd/network/05-nodes.netdev': '[NetDev]\nName=nodes\nKind=bridge\n',
    '/etc/systemd/network/10-host0.network': '[Match]\nName=host0\n[Network]\nBridge=nodes\n',
    '/etc/systemd/network/11-nodes.network': `[Match]\nName=nodes\n[Network]\nAddress=${addressOf(net, HOLLOW_HOST)}/24\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n`,
  };
}

/**
 * Instead of a load balancer, one name has the addresses of all API servers, in a different order on each machine. So a fence sees
 * the clients' own addresses, and a client that one server refuses tries the next.
 */
function hosts(net: string, turn: number): string {
  const servers = CONTROL_PLANE.map((_, i) => CONTROL_PLANE[(i + turn) % CONTROL_PLANE.length]!);
  return [
    '127.0.0.1 localhost',
    ...MACHINES.map((name) => `${addressOf(net, name)} ${name}`),
    ...servers.map((name) => `${addressOf(net, name)} ${API_NAME}`),
    '',
  ].join('\n');
}

function routes(net: string, own: string): string {
  return [...CONTROL_PLANE, ...WORKERS]
    .filter((name) => name !== own)
    .map((name) => `[Route]\nDestination=${podNet(name)}\nGateway=${addressOf(net, name)}\n`)
    .join('');
}

function podNetwork(subnet: string): unknown {
  const ipam = { type: 'host-local', ranges: [[{ subnet }]], routes: [{ dst: '0.0.0.0/0' }] };
  return {
    cniVersion: '0.4.0',
    name: 'cluster',
    plugins: [{ type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: true, ipam }],
  };
}
