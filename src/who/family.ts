import type { Client, Where } from './types.ts';

/** Kubernetes and its network do not run without these. */
const PARTS = new Set(
  `kubelet kube-proxy kube-apiserver kube-controller kube-controller-manager kube-scheduler cloud-controller
  coredns node-cache etcd containerd crio k3s k3s-server k3s-agent rke2 k0s microk8s kubelite konnectivity-a proxy-agent
  calico-node calico-kube-con kube-controllers typha calico-typha cilium-agent cilium-operator cilium-operato operator-generi
  flanneld kube-router antrea-agent antrea-controll ovnkube ovn-kube aws-k8s-agent aws-vpc-cni ipamd azure-cns weaver kube-vip
  haproxy nginx envoy traefik kubectl crictl kubeadm`.split(/\s+/),
);

/** Names that say what runs a program, or nothing: two that share one are two clients. */
const COMMON = new Set(
  'java python python2 python3 node ruby perl php sh bash dash main app server agent manager controller operator curl wget dotnet beam.smp'.split(
    ' ',
  ),
);

export function isPart(name: string): boolean {
  return PARTS.has(name);
}

export function isCommonName(name: string): boolean {
  return COMMON.has(name) || /^python3?\.\d+$/.test(name);
}

/** Where a client runs, without what differs from one node to the next: a pod's suffix, or a static pod's node. */
export function family({ where }: Pick<Client, 'where'>, node: string): Where {
  if (where.kind !== 'pod' || !where.id.includes('/')) {
    return where.kind === 'pod' ? { kind: 'pod', id: '' } : where;
  }
  if (where.id.endsWith(`-${node}`)) return { kind: 'pod', id: where.id.slice(0, -node.length - 1) };
  const suffixed = /^(.*?)(-[a-z0-9]{1,10})?-[bcdfghjklmnpqrstvwxz2456789]{5}$/.exec(where.id);
  return {
    kind: 'pod',
    id: suffixed ? workload(suffixed[1]!, suffixed[2] ?? '') : where.id.replace(/-\d+$/, ''),
  };
}

/** A ReplicaSet's pods have a hash before the suffix, of the same letters; a DaemonSet's have none. */
function workload(stem: string, middle: string): string {
  return /^-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/.test(middle) ? stem : `${stem}${middle}`;
}

/** Clients with the same key are one offender. */
export function keyOf(client: Pick<Client, 'name' | 'where'>, node: string): string {
  return isCommonName(client.name) ? JSON.stringify([client.name, family(client, node)]) : client.name;
}
