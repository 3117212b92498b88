# The container runtime, asked by crictl: by the node's own settings if it has any, else at the usual places of runtimes.
# needs: common/within
# shellcheck shell=sh

CR_SOCK=''

# cri ARG…: one question. crictl's own time limit does not end a crictl that hangs.
cri() {
  [ -z "$CR_SOCK" ] || set -- --runtime-endpoint "unix://$CR_SOCK" "$@"
  CR_S=$((${FX_DEADLINE:-30} / 3))
  [ "$CR_S" -le 10 ] || CR_S=10
  within "$CR_S" crictl --timeout 5s "$@"
}

# cri_any ROOT ARG…: asks one runtime after the other; CR_OUT is the first answer, and that runtime is asked from then on.
cri_any() {
  within_by
  cri_places "$1"
  shift
  # The one that answered before comes first.
  for CR_SOCK in $CR_SOCK $CR_PLACES; do
    [ "$CR_SOCK" != own ] || CR_SOCK=''
    ! CR_OUT=$(cri "$@" 2>/dev/null) || return 0
  done
  return 1
}

# cri_places ROOT: CR_PLACES are the sockets that are there, or `own` for the node's own settings. containerd comes last, as
# it also serves docker beside another runtime.
cri_places() {
  CR_PLACES=own
  [ -z "${CONTAINER_RUNTIME_ENDPOINT-}${CRI_CONFIG_FILE-}" ] || return 0
  if [ -r "$1/var/lib/rancher/rke2/agent/etc/crictl.yaml" ]; then
    export CRI_CONFIG_FILE="$1/var/lib/rancher/rke2/agent/etc/crictl.yaml"
    return 0
  fi
  [ ! -e "$1/etc/crictl.yaml" ] || return 0
  CR_PLACES=''
  for CR_S in run/k3s/containerd/containerd.sock run/k0s/containerd.sock var/snap/microk8s/common/run/containerd.sock \
    run/cri-dockerd.sock run/crio/crio.sock run/containerd/containerd.sock; do
    [ ! -e "$1/$CR_S" ] || CR_PLACES="$CR_PLACES /$CR_S"
  done
  [ -n "$CR_PLACES" ] || CR_PLACES=own
}
