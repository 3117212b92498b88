# The cgroup of the pod that a process belongs to, in the freezer of v1 or in v2. Nothing above a pod is ever named.
# shellcheck shell=sh

# freezer_pod ROOT/proc/PID UID: FZ_GROUP is the folder of the pod's own cgroup, above those of its containers, FZ_PATH its
# path within the tree, FZ_VERSION that tree's version, empty where it cannot be frozen. An empty UID means any pod of a
# kubelet. FZ_V1 and FZ_V2 are the paths of the process itself. False where the process is gone.
freezer_pod() {
  FZ_GROUP='' FZ_PATH='' FZ_VERSION='' FZ_V1='' FZ_V2='' FZ_TREE=${1%/proc/*}/sys/fs/cgroup FZ_UID=$2
  while IFS=: read -r FZ_K FZ_L FZ_P; do
    case $FZ_K:$FZ_L in
      0:) FZ_V2=$FZ_P ;;
      *:freezer) FZ_V1=$FZ_P ;;
    esac
  done <"$1/cgroup" || return 1
  # systemd's slices have `_` where the UID has `-`.
  FZ_I=$IFS IFS=-
  # shellcheck disable=SC2086
  set -- $2
  IFS=_
  FZ_SLICE="$*"
  IFS=$FZ_I
  # A v1 freezer that has the pod comes first: on hybrid nodes the v2 tree may have no controllers.
  freezer_above "$FZ_V1" "$FZ_TREE/freezer" freezer.state 1 || freezer_above "$FZ_V2" "$FZ_TREE" cgroup.freeze 2 ||
    freezer_above "$FZ_V2" "$FZ_TREE/unified" cgroup.freeze 2 || :
}

# freezer_above PATH TREE FILE VERSION: looks from a process's own group upwards for that of its pod.
freezer_above() {
  case $FZ_UID:$1 in
    *..* | *[!A-Za-z0-9_./:@\\-]*) return 1 ;;
    :*kubepods* | ?*:*) ;;
    *) return 1 ;;
  esac
  FZ_P=$1
  until freezer_named "${FZ_P##*/}"; do
    FZ_P=${FZ_P%/*}
    [ -n "$FZ_P" ] || return 1
  done
  if [ ! -e "$2$FZ_P/$3" ]; then
    [ -n "$FZ_GROUP" ] || FZ_GROUP=$2$FZ_P
    return 1
  fi
  # A pause asks for neither path nor version.
  # shellcheck disable=SC2034
  FZ_GROUP=$2$FZ_P FZ_PATH=$FZ_P FZ_VERSION=$4
}

# freezer_named NAME: whether a group of this name is the pod's own.
freezer_named() {
  if [ -z "$FZ_UID" ]; then
    case $1 in pod?* | *-pod?*.slice) return 0 ;; *) return 1 ;; esac
  fi
  case $1 in *pod"$FZ_UID" | *pod"$FZ_UID".slice | *pod"$FZ_SLICE" | *pod"$FZ_SLICE".slice) ;; *) return 1 ;; esac
}
