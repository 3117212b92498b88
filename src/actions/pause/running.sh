# Whether a component runs, by the container runtime and by the processes.
# needs: cri/crictl cri/path freezer/pod freezer/freeze common/tools common/proc
# shellcheck shell=sh

PA_MUTE=''

# pause_ids COMPONENT: PA_IDS are its containers by the runtime; false where it does not answer.
pause_ids() {
  PA_IDS=''
  # A runtime that does not answer is not asked again: that could use up all the time.
  [ -z "$PA_MUTE" ] && fx_has crictl || return 1
  if cri_any "$FX_ROOT" ps --name "^$1\$" --label "io.kubernetes.pod.namespace=$PA_SPACE" -q; then
    PA_IDS=$CR_OUT
  else
    PA_MUTE=1
    return 1
  fi
}

# pause_count COMPONENT: PA_RUNNING of its processes run, PA_FROZEN are frozen; PA_PODS are the cgroups of the running ones,
# PA_LOOSE are running processes in no pod. PA_CRI tells whether the runtime answered.
pause_count() {
  PA_RUNNING=0 PA_FROZEN=0 PA_PODS='' PA_LOOSE='' PA_CRI=yes
  pause_ids "$1" || PA_CRI=no
  PA_SHORT=$1
  # The kernel keeps 15 bytes of a name.
  case $1 in ????????????????*) PA_SHORT=${1%"${1#???????????????}"} ;; esac
  set +f
  set -- "$FX_ROOT"/proc/[0-9]*
  set -f
  for PA_P in "$@"; do pause_one; done 2>/dev/null
  # A container runs even if its processes cannot be seen from here.
  [ -z "$PA_IDS" ] || [ $((PA_RUNNING + PA_FROZEN)) -gt 0 ] || PA_RUNNING=1
}

pause_one() {
  PA_C=''
  read -r PA_C <"$PA_P/comm" || return 0
  # If the runtime lists no containers, only a process of that name can match.
  [ "$PA_C" = "$PA_SHORT" ] || [ -n "$PA_IDS" ] || return 0
  read -r PA_L <"$PA_P/stat" || return 0
  case ${PA_L##*) } in Z* | X*) return 0 ;; esac
  freezer_pod "$PA_P" '' || return 0
  PA_POD=$FZ_GROUP
  PA_OURS=''
  for PA_K in $PA_IDS; do
    case $FZ_V1$FZ_V2 in *"$PA_K"*) PA_OURS=1 ;; esac
  done
  if [ -z "$PA_OURS" ]; then
    [ "$PA_C" = "$PA_SHORT" ] || return 0
    # The same name in another pod: the runtime decides, not the name.
    [ -z "$PA_POD" ] || [ "$PA_CRI" = no ] || return 0
  fi
  if [ -z "$PA_POD" ]; then
    PA_LOOSE="$PA_LOOSE ${PA_P##*/}"
  elif freezer_still "$PA_POD"; then
    PA_FROZEN=$((PA_FROZEN + 1))
    return 0
  else
    case " $PA_PODS " in *" $PA_POD "*) ;; *) PA_PODS="$PA_PODS${PA_PODS:+ }$PA_POD" ;; esac
  fi
  PA_RUNNING=$((PA_RUNNING + 1))
}

# pause_kubelet DIRECTORY: PA_KUBELET is since when its kubelet runs, or `stopped`; empty if systemd cannot tell.
pause_kubelet() {
  PA_KUBELET=''
  fx_has systemctl || return 0
  case $1 in */rke2/*) PA_K=rke2-server.service ;; *) PA_K=kubelet.service ;; esac
  PA_L=$(systemctl show --property=LoadState,ActiveState,ActiveEnterTimestamp -- "$PA_K" 2>/dev/null) || return 0
  case $PA_L in *LoadState=loaded*) ;; *) return 0 ;; esac
  PA_KUBELET=${PA_L#*ActiveEnterTimestamp=}
  PA_KUBELET=${PA_KUBELET%%"$FX_NL"*}
  case $PA_L in *ActiveState=inactive* | *ActiveState=failed*) PA_KUBELET=stopped ;; esac
}
