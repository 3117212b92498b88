# What a status tells of an API server and its etcd member beyond their health: certificates, memory against its limit,
# restarts, members, fsync latency. Printed as lines `vital NAME VALUE`; what is not known has none.
# needs: kube/api kube/certificate etcd/etcd common/within common/clock common/tools
# shellcheck shell=sh

# probe_vitals: after the server and the member were asked for their health.
probe_vitals() {
  [ -n "$P_VITALS" ] || return 0
  vitals_process
  if [ -n "$VT_PID" ] && VT_GROUPS=$(cat "$FX_ROOT/proc/$VT_PID/cgroup" 2>/dev/null); then
    vitals_since
    vitals_memory
    vitals_restarts
  fi
  vitals_certificates
  [ "${ET_SAYS-no-answer}" = no-answer ] || vitals_etcd
}

# vitals_tell NAME VALUE: nothing where there is no value.
vitals_tell() {
  case $2 in '' | -) ;; *) printf 'vital %s\n' "$1 $2" ;; esac
}

# vitals_process: VT_PID is the server's process: the one that listens at the port, else the only one of that name.
vitals_process() {
  FX_L=''
  ! fx_has ss || FX_L=$(within 2 ss -Htnlp "( sport = :$IN_PORT )" 2>/dev/null)
  case $FX_L in
    *'("kube-apiserver",pid='*) VT_PID=${FX_L#*'("kube-apiserver",pid='} ;;
    *'("k3s-server",pid='*) VT_PID=${FX_L#*'("k3s-server",pid='} ;;
    *) VT_PID='' ;;
  esac
  VT_PID=${VT_PID%%[!0-9]*}
  [ -z "$VT_PID" ] || return 0
  set +f
  # shellcheck disable=SC2046
  set -- $(grep -lx 'kube-apiserver' "$FX_ROOT"/proc/[0-9]*/comm 2>/dev/null)
  set -f
  [ $# -ne 1 ] || { VT_PID=${1%/comm} && VT_PID=${VT_PID##*/}; }
}

# vitals_since: when the process began, in Unix time by this node's clock.
vitals_since() {
  stack_clock && fx_start "$VT_PID" || return 0
  VT_N=$(getconf CLK_TCK 2>/dev/null) || VT_N=100
  vitals_tell since $(($(date +%s) - ST_CLOCK / 100 + FX_L / VT_N))
}

# vitals_memory: what it uses, the lowest limit of its control group and those around it, and what the machine has.
vitals_memory() {
  VT_LIMIT='' FX_I=$IFS IFS=$FX_NL
  for VT_L in $VT_GROUPS; do
    case $VT_L in
      *:memory:* | *:memory,*:* | *,memory,*:* | *,memory:*) vitals_limit "$FX_ROOT/sys/fs/cgroup/memory" "${VT_L#*:*:}" memory.limit_in_bytes ;;
      0::*) vitals_limit "$FX_ROOT/sys/fs/cgroup" "${VT_L#*:*:}" memory.max ;;
    esac
  done
  IFS=$FX_I
  vitals_tell memoryLimit "$VT_LIMIT"
  vitals_kib memoryUsed VmRSS "$FX_ROOT/proc/$VT_PID/status"
  vitals_kib memoryOfMachine MemTotal "$FX_ROOT/proc/meminfo"
}

# vitals_limit TOP PATH FILE: version 1 writes a number of 19 digits where there is no limit, version 2 a word.
vitals_limit() {
  VT_D=$2
  while :; do
    case $VT_D in /?*) ;; *) return 0 ;; esac
    ! fx_line "$1$VT_D/$3" || case $FX_L in
      '' | *[!0-9]* | ???????????????????*) ;;
      *) [ -n "$VT_LIMIT" ] && [ "$VT_LIMIT" -le "$FX_L" ] || VT_LIMIT=$FX_L ;;
    esac
    VT_D=${VT_D%/*}
  done
}

# vitals_kib NAME WORD FILE: a size that the kernel tells in KiB, in bytes.
vitals_kib() {
  VT_N=$(sed -n "s/^$2:[^0-9]*\([0-9]*\) kB\$/\1/p" "$3" 2>/dev/null)
  [ -z "$VT_N" ] || vitals_tell "$1" $((VT_N * 1024))
}

# vitals_restarts: of its container, by the names of its logs, or of its unit.
vitals_restarts() {
  VT_N=''
  set +f
  for FX_K in "$FX_ROOT"/var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log; do
    VT_D=${FX_K%/kube-apiserver/*} FX_K=${FX_K##*/} FX_K=${FX_K%.log}
    # A pod of an earlier manifest may have left its logs.
    case $VT_GROUPS in *"pod${VT_D##*_}"*) ;; *) continue ;; esac
    case $FX_K in *[!0-9]*) ;; *) [ "$FX_K" -le "${VT_N:--1}" ] || VT_N=$FX_K ;; esac
  done
  set -f
  VT_D='' FX_I=$IFS IFS=$FX_NL
  # Controllers of version 1 may keep a unit's processes in a group above its own.
  for VT_L in $VT_GROUPS; do case $VT_L in 0::*.service | *:name=systemd:*.service) VT_D=${VT_L##*/} ;; esac done
  IFS=$FX_I
  case $VT_N:$VT_D in :*.service) ! fx_has systemctl || VT_N=$(within 2 systemctl show -p NRestarts "$VT_D" 2>/dev/null) ;; esac
  vitals_tell restarts "${VT_N#NRestarts=}"
}

# vitals_certificates: when the certificates of the host's kubeconfigs and of the server end, each in its own form.
vitals_certificates() {
  for VT_K in $KC_CONFIGS; do
    [ "$VT_K" = none ] || ! kube_until "$VT_K" || vitals_tell client "$KC_UNTIL ${VT_K#"$FX_ROOT"}"
  done
  [ "$PR_SAYS" != no-answer ] || return 0
  # A server that was slow to answer is not asked once more.
  [ -z "$PR_BEGAN" ] || ! stack_clock || [ $((ST_CLOCK - PR_BEGAN)) -lt 300 ] || return 0
  VT_L=''
  ! fx_has curl || VT_L=$(curl -skv --noproxy '*' --max-time "$KC_TIME" -o /dev/null "$KC_URL/livez" 2>&1 | sed -n 's/^\* *expire date: *//p')
  [ -n "$VT_L" ] || ! fx_has openssl || VT_L=$(within "$KC_TIME" openssl s_client -connect "${KC_URL#https://}" </dev/null 2>/dev/null |
    openssl x509 -noout -enddate 2>/dev/null | sed -n 's/^notAfter=//p')
  vitals_tell served "${VT_L%%"$FX_NL"*}"
}

vitals_etcd() {
  # shellcheck disable=SC2086
  set -- $ET_MORE
  vitals_tell etcdLeads "$1"
  vitals_tell etcdMembers "$2"
  [ "$2" = - ] || vitals_tell etcdPeers "$3"
  vitals_tell etcdFsync "$4"
}
