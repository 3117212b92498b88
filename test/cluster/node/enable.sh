#!/bin/sh
# Once, after the first boot: the commands where Kubernetes' packages put them, and the units of a node.
set -e
for name in kubelet kubeadm kubectl crictl; do ln -sf "/opt/kubernetes/$name" "/usr/bin/$name"; done
ln -sf /opt/etcd/etcdctl /usr/bin/etcdctl
systemctl enable --now kernel-view containerd
systemctl enable kubelet
