# Whether a component runs, by the container runtime and by the processes; and its pod frozen where the kubelet keeps it.
# needs: common/tools
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

PA_CGROUPS=$FX_ROOT/sys/fs/cgroup
PA_MUTE=''

# pause_ids COMPONENT: PA_IDS are its containers by the runtime; false where there is no answer.
pause_ids() {
  PA_IDS='' PA_TOOL=''
  [ -z "$PA_MUTE" ] || return 1
  if fx_has crictl; then
    PA_TOOL=crictl
  elif [ -z "$FX_ROOT" ] && [ -x /var/lib/rancher/rke2/bin/crictl ]; then
    PA_TOOL=/var/lib/rancher/rke2/bin/crictl
  fi
  [ -n "$PA_TOOL" ] || return 1
  if [ -z "${CRI_CONFIG_FILE-}" ] && [ -r "$FX_ROOT/var/lib/rancher/rke2/agent/etc/crictl.yaml" ]; then
    export CRI_CONFIG_FILE="$FX_ROOT/var/lib/rancher/rke2/agent/etc/crictl.yaml"
  fi
  set -- "$PA_TOOL" ps --name "^$1\$" --label "io.kubernetes.pod.namespace=$PA_SPACE" -q
  # A runtime that hangs is one that does not answer, and is not asked again.
  if fx_has timeout; then set -- timeout 10 "$@"; fi
  if ! PA_IDS=$("$@" 2>/dev/null); then
    PA_IDS='' PA_MUTE=1
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
  # Containers whose processes cannot be seen from here run all the same.
  [ -z "$PA_IDS" ] || [ $((PA_RUNNING + PA_FROZEN)) -gt 0 ] || PA_RUNNING=1
}

pause_one() {
  PA_C=''
  read -r PA_C <"$PA_P/comm" || return 0
  # Without containers by the runtime only a process of that name can be one.
  [ "$PA_C" = "$PA_SHORT" ] || [ -n "$PA_IDS" ] || return 0
  read -r PA_L <"$PA_P/stat" || return 0
  case ${PA_L##*) } in Z* | X*) return 0 ;; esac
  pause_cgroup "$PA_P" || return 0
  PA_OURS=''
  for PA_K in $PA_IDS; do
    case $PA_V1$PA_V2 in *"$PA_K"*) PA_OURS=1 ;; esac
  done
  if [ -z "$PA_OURS" ]; then
    [ "$PA_C" = "$PA_SHORT" ] || return 0
    # The same name in somebody else's pod: the runtime knows better than the name.
    [ -z "$PA_POD" ] || [ "$PA_CRI" = no ] || return 0
  fi
  if [ -z "$PA_POD" ]; then
    PA_LOOSE="$PA_LOOSE ${PA_P##*/}"
  elif pause_frozen; then
    PA_FROZEN=$((PA_FROZEN + 1))
    return 0
  else
    case " $PA_PODS " in *" $PA_POD "*) ;; *) PA_PODS="$PA_PODS${PA_PODS:+ }$PA_POD" ;; esac
  fi
  PA_RUNNING=$((PA_RUNNING + 1))
}

# pause_cgroup /proc/PID: PA_POD is the folder of its pod's cgroup, empty where it is in none. The freezer of v1, if it is one.
pause_cgroup() {
  PA_V1='' PA_V2='' PA_POD=''
  while IFS=: read -r PA_K PA_L PA_V; do
    case $PA_K:$PA_L in
      0:) PA_V2=$PA_V ;;
      *:freezer) PA_V1=$PA_V ;;
    esac
  done <"$1/cgroup" || return 1
  if [ -n "$PA_V1" ] && [ -d "$PA_CGROUPS/freezer" ]; then
    pause_pod "$PA_CGROUPS/freezer" "$PA_V1"
  elif [ -d "$PA_CGROUPS/unified" ]; then
    pause_pod "$PA_CGROUPS/unified" "$PA_V2"
  else
    pause_pod "$PA_CGROUPS" "$PA_V2"
  fi
  return 0
}

# pause_pod BASE PATH: upwards from the container to what the kubelet named after the pod; nothing else is ever frozen.
pause_pod() {
  case $2 in *[!A-Za-z0-9_./:-]* | *..*) return 0 ;; *kubepods*) ;; *) return 0 ;; esac
  set -- "$1" "$2"
  while [ -n "$2" ]; do
    case ${2##*/} in
      pod?* | *-pod?*.slice)
        PA_POD=$1$2
        return 0
        ;;
    esac
    set -- "$1" "${2%/*}"
  done
}

# pause_frozen: whether all in the cgroup PA_POD stands still.
pause_frozen() {
  if fx_line "$PA_POD/freezer.state"; then
    [ "$FX_L" = FROZEN ]
    return
  fi
  while read -r PA_K PA_L; do
    [ "$PA_K" != frozen ] || { [ "$PA_L" = 1 ] && return 0; }
  done <"$PA_POD/cgroup.events"
  return 1
} 2>/dev/null

# pause_freeze: the pod PA_POD, across restarts of its containers; false when it does not stand still soon.
pause_freeze() {
  if [ -e "$PA_POD/freezer.state" ]; then
    { echo FROZEN >"$PA_POD/freezer.state"; } 2>/dev/null || return 1
  else
    [ -e "$PA_POD/cgroup.freeze" ] || return 1
    { echo 1 >"$PA_POD/cgroup.freeze"; } 2>/dev/null || return 1
  fi
  PA_N=0
  until pause_frozen; do
    PA_N=$((PA_N + 1))
    [ "$PA_N" -le 15 ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# pause_thaw: a cgroup that is gone needs none.
pause_thaw() {
  if [ -e "$PA_POD/freezer.state" ]; then
    { echo THAWED >"$PA_POD/freezer.state"; } 2>/dev/null
  elif [ -e "$PA_POD/cgroup.freeze" ]; then
    { echo 0 >"$PA_POD/cgroup.freeze"; } 2>/dev/null
  fi
}

# pause_kubelet DIRECTORY: PA_KUBELET is since when the one that watches it runs; empty where systemd cannot tell, `stopped`.
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
