#!/bin/sh
# Runs before containerd and the kubelet. Makes the cgroups writable, and hides three kernel settings of the host behind
# files with the values that the kubelet expects.
set -e
for dir in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  ! mountpoint -q "$dir" || mount -o remount,rw,bind "$dir"
done
sysctl -qw net.ipv4.ip_forward=1
mkdir -p /run/kernel-view
for setting in kernel/panic=10 kernel/panic_on_oops=1 vm/overcommit_memory=1; do
  shown=/run/kernel-view/$(basename "${setting%=*}")
  echo "${setting#*=}" >"$shown"
  mount --bind "$shown" "/proc/sys/${setting%=*}"
done
