# Pods whose cgroup contains a process that this machine needs to run or to be reached: never held.
# shellcheck shell=sh

# po_spared: whether the group contains a process that this machine needs to run or to be reached; PO_BAD names it.
po_spared() {
  case $PO_G/ in *'/../'* | */system.slice/* | */init.scope/* | */user.slice/*) PO_BAD="$PO_G is not a pod's own group" && return 0 ;; esac
  set +f
  set -- "$PO_G"/cgroup.procs "$PO_G"/*/cgroup.procs "$PO_G"/*/*/cgroup.procs "$PO_G"/*/*/*/cgroup.procs
  set -f
  for PO_K in "$@"; do
    [ -r "$PO_K" ] || continue
    while read -r PO_P; do
      PO_C=''
      read -r PO_C <"$HO_ROOT/proc/$PO_P/comm"
      case " $HO_OWN 1 " in *" $PO_P "*) PO_C="process $PO_P" ;; esac
      case $PO_C in
        'process '* | kubelet | k3s-* | rke2* | sshd | sshd-* | *ssm-agen* | *ssm-document* | ssm-session* | teleport | tailscaled)
          PO_BAD="$PO_G holds $PO_C"
          return 0
          ;;
      esac
    done <"$PO_K"
  done 2>/dev/null
  return 1
}
