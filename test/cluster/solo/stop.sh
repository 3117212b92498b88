#!/bin/sh
# Stops the control plane of the machine `solo` with all pods, and keeps what it has in etcd.
. /opt/solo/env
systemctl stop kubelet kube-scheduler kube-controller-manager kube-apiserver etcd
pods=$(/var/lib/rancher/rke2/bin/crictl --runtime-endpoint "unix://$SOCKET" pods -q)
for pod in $pods; do /var/lib/rancher/rke2/bin/crictl --runtime-endpoint "unix://$SOCKET" rmp -f "$pod"; done
systemctl stop containerd
