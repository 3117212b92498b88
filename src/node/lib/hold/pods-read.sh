# The pods to hold, without the API: the container runtime names them, and their cgroup is read.
# P_PODS is `namespace/key=value[,key=value]`.
# needs: cri/crictl freezer/pod
# shellcheck shell=sh

PO_SHAPE='{{.info.pid}}|{{.status.metadata.uid}}|{{.status.linux.namespaces.options.network}}|{{.status.network.ip}} {{range .status.network.additionalIps}}{{.ip}} {{end}}'

# po_list: PO_IDS are the ready pods meant; false when no runtime answers.
po_list() {
  set -- pods --namespace "^${P_PODS%%/*}\$" --state ready -q
  PO_I=$IFS IFS=,
  for PO_K in ${P_PODS#*/}; do set -- "$@" --label "$PO_K"; done
  IFS=$PO_I
  cri_any "$HO_ROOT" "$@" && PO_IDS=$CR_OUT
}

# po_tell ID: as po_read. What was read once is remembered while the pod is there: each look would ask for each pod.
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
  # A pod without an address may get one later.
  case $PO_ID:$PO_NET:$PO_G in
    *[!A-Za-z0-9]*:*:* | *:) return 0 ;;
    *:NODE:*) ;;
    *) case $PO_IPS in *[!\ ]*) ;; *) return 0 ;; esac ;;
  esac
  eval "PO_OF_$PO_ID=\$PO_V\|\$PO_G\|\$PO_PATH\|\$PO_NET\|\$PO_IPS"
}

# po_read ID: PO_NET and PO_IPS of a pod; PO_G its cgroup, PO_PATH its path and PO_V its version, where it can be frozen.
# False when the pod is gone.
po_read() {
  PO_T=$(cri inspectp -o go-template --template "$PO_SHAPE" "$1" 2>/dev/null) || return 1
  PO_I=$IFS IFS='|'
  # shellcheck disable=SC2086
  set -- $PO_T
  IFS=$PO_I
  PO_PID=${1-} PO_UID=${2-} PO_NET=${3-} PO_IPS=${4-} PO_G='' PO_V='' PO_PATH=''
  case $PO_PID in
    '' | 0)
      # Some runtimes have no process for the pod itself; one of its containers will do.
      for PO_K in $(cri ps -q --pod "$PO_ID" 2>/dev/null); do
        PO_PID=$(cri inspect -o go-template --template '{{.info.pid}}' "$PO_K" 2>/dev/null)
      done
      ;;
  esac
  case $PO_PID in '' | 0 | *[!0-9]*) return 1 ;; esac
  [ -r "$HO_ROOT/proc/$PO_PID/cgroup" ] || return 1
  case $PO_UID in '' | *[!A-Za-z0-9-]*) return 1 ;; esac
  freezer_pod "$HO_ROOT/proc/$PO_PID" "$PO_UID" || return 1
  [ -z "$FZ_VERSION" ] || PO_G=$FZ_GROUP PO_PATH=$FZ_PATH PO_V=$FZ_VERSION
}
