# Which pods are meant, without the API: the container runtime names them, and their cgroup is read.
# P_PODS is `namespace/key=value[,key=value]`, P_HOW `freeze` or `network`.
# needs: common/within
# shellcheck shell=sh

PO_SHAPE='{{.info.pid}}|{{.status.metadata.uid}}|{{.status.linux.namespaces.options.network}}|{{.status.network.ip}} {{range .status.network.additionalIps}}{{.ip}} {{end}}'
PO_KNOWN='' PO_SOCK=''

# po_crictl ARG…: the node's own settings if it has any, else the runtime that answered (PO_SOCK). Its own time limit is not
# one of a crictl that hangs.
po_crictl() {
  [ -z "$PO_SOCK" ] || set -- --runtime-endpoint "unix://$PO_SOCK" "$@"
  PO_S=$((${FX_DEADLINE:-30} / 3))
  [ "$PO_S" -le 10 ] || PO_S=10
  within "$PO_S" crictl --timeout 5s "$@"
}

# po_socks: PO_SOCKS are the runtimes at their usual places: containerd comes last, as it also serves docker beside another.
po_socks() {
  PO_SOCKS=''
  [ ! -e "$HO_ROOT/etc/crictl.yaml" ] && [ -z "${CONTAINER_RUNTIME_ENDPOINT-}${CRI_CONFIG_FILE-}" ] || return 0
  for PO_K in run/k3s/containerd/containerd.sock run/k0s/containerd.sock var/snap/microk8s/common/run/containerd.sock \
    run/cri-dockerd.sock run/crio/crio.sock run/containerd/containerd.sock; do
    [ ! -e "$HO_ROOT/$PO_K" ] || PO_SOCKS="$PO_SOCKS /$PO_K"
  done
}

# po_list: PO_IDS are the ready pods meant; false when no runtime answers.
po_list() {
  set -- pods --namespace "^${P_PODS%%/*}\$" --state ready -q
  PO_I=$IFS IFS=,
  for PO_K in ${P_PODS#*/}; do set -- "$@" --label "$PO_K"; done
  IFS=$PO_I
  within_by
  po_socks
  [ -n "$PO_SOCKS" ] || PO_SOCKS=own
  # The one that answered before comes first.
  for PO_SOCK in $PO_SOCK $PO_SOCKS; do
    [ "$PO_SOCK" != own ] || PO_SOCK=''
    ! PO_IDS=$(po_crictl "$@" 2>/dev/null) || return 0
  done
  return 1
}

# po_tell ID: as po_read. What was read once stays so as long as the pod does: of many, each look would ask for each.
po_tell() {
  PO_ID=$1 PO_T=''
  case $1 in *[!A-Za-z0-9]*) ;; *) eval "PO_T=\${PO_OF_$1-}" ;; esac
  if [ -n "$PO_T" ]; then
    PO_I=$IFS IFS='|'
    # shellcheck disable=SC2086
    set -- $PO_T
    IFS=$PO_I
    PO_V=$1 PO_G=$2 PO_PATH=$3 PO_NET=$4 PO_IPS=${5-}
    [ ! -d "$PO_G" ] || return 0
  fi
  po_read "$PO_ID" || return 1
  # No address yet may be one later.
  case $PO_ID:$PO_NET:$PO_G in
    *[!A-Za-z0-9]*:*:* | *:) return 0 ;;
    *:NODE:*) ;;
    *) case $PO_IPS in *[!\ ]*) ;; *) return 0 ;; esac ;;
  esac
  eval "PO_OF_$PO_ID=\$PO_V\|\$PO_G\|\$PO_PATH\|\$PO_NET\|\$PO_IPS"
}

# po_read ID: PO_PID, PO_UID, PO_NET and PO_IPS of a pod; PO_G its cgroup and PO_V that one's version; false when it is gone.
po_read() {
  PO_ID=$1
  PO_T=$(po_crictl inspectp -o go-template --template "$PO_SHAPE" "$1" 2>/dev/null) || return 1
  PO_I=$IFS IFS='|'
  # shellcheck disable=SC2086
  set -- $PO_T
  IFS=$PO_I
  PO_PID=${1-} PO_UID=${2-} PO_NET=${3-} PO_IPS=${4-} PO_G='' PO_V=''
  case $PO_PID in
    '' | 0)
      # A runtime may keep no process of the pod's own; its containers' do as well.
      for PO_K in $(po_crictl ps -q --pod "$PO_ID" 2>/dev/null); do
        PO_PID=$(po_crictl inspect -o go-template --template '{{.info.pid}}' "$PO_K" 2>/dev/null)
      done
      ;;
  esac
  case $PO_PID in '' | 0 | *[!0-9]*) return 1 ;; esac
  [ -r "$HO_ROOT/proc/$PO_PID/cgroup" ] || return 1
  case $PO_UID in '' | *[!A-Za-z0-9-]*) return 1 ;; esac
  # systemd's slices have `_` where the uid has `-`.
  PO_I=$IFS IFS=-
  # shellcheck disable=SC2086
  set -- $PO_UID
  IFS=_
  PO_U2="$*"
  IFS=$PO_I
  # A v1 freezer that has the pod comes first: on hybrid nodes the v2 tree may be bare.
  while IFS=: read -r PO_K PO_C PO_L; do
    case $PO_K:$PO_C in
      *:freezer) po_group "$PO_L" "$HO_ROOT/sys/fs/cgroup/freezer" freezer.state 1 ;;
      0:) po_group "$PO_L" "$HO_ROOT/sys/fs/cgroup" cgroup.freeze 2 || po_group "$PO_L" "$HO_ROOT/sys/fs/cgroup/unified" cgroup.freeze 2 ;;
    esac
  done <"$HO_ROOT/proc/$PO_PID/cgroup"
  return 0
}

# po_group PATH TREE FILE VERSION: PO_G is the pod's own group, above those of its containers.
po_group() {
  [ -z "$PO_G" ] || return 0
  PO_I=$IFS IFS=/
  # shellcheck disable=SC2086
  set -- "$2" "$3" "$4" $1
  IFS=$PO_I
  PO_T='' PO_G=$1 PO_C=$2 PO_V=$3
  shift 3
  for PO_K in "$@"; do
    PO_T=$PO_T${PO_K:+/$PO_K}
    case $PO_K in
      *pod"$PO_UID" | *pod"$PO_UID".slice | *pod"$PO_U2" | *pod"$PO_U2".slice)
        PO_PATH=$PO_T PO_G=$PO_G$PO_T
        [ ! -e "$PO_G/$PO_C" ] || return 0
        break
        ;;
    esac
  done
  PO_G='' PO_V=''
  return 1
}
