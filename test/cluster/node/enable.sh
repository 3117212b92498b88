#!/bin/sh
# Runs once, after the first boot: puts the commands into the path and enables the units of a node.
set -e
for name in kubelet kubeadm kubectl crictl; do ln -sf "/opt/kubernetes/$name" "/usr/bin/$name"; done
ln -sf /opt/etcd/etcdctl /usr/bin/etcdctl
systemctl enable --now kernel-view containerd
systemctl enable kubelet
