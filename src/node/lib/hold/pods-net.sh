# The network hold: pods lose the API servers' addresses and ports, and nothing else, by a table of nft.
# IN_API4, IN_API6 are addresses, IN_PORTS ports, all separated by `, `; the service address comes from the pods themselves.
# needs: pods-spared pods-net-table
# shellcheck shell=sh

PO_KNOWN=''

# po_net ID: adds the rules of the pod that was read.
po_net() {
  po_service "$1"
  PO_4=$IN_API4 PO_6=$IN_API6
  case $PO_S in *:*) PO_6=$PO_6${PO_6:+, }$PO_S ;; ?*) PO_4=$PO_4${PO_4:+, }$PO_S ;; esac
  if [ -z "$PO_4$PO_6" ]; then
    PO_BAD="no address of the API servers is known for pod $1"
  elif [ "$PO_NET" = NODE ]; then
    po_net_host "$1"
  else
    for PO_K in $PO_IPS; do
      case $PO_K in
        *[!0-9a-fA-F:.]*) ;;
        *:*) po_rules "ip6 saddr $PO_K" ip6 "$PO_6" && PO_FORWARD=$PO_FORWARD$PO_T PO_BEFORE=$PO_BEFORE$PO_B ;;
        *.*) po_rules "ip saddr $PO_K" ip "$PO_4" && PO_FORWARD=$PO_FORWARD$PO_T PO_BEFORE=$PO_BEFORE$PO_B ;;
      esac
    done
    po_covered "$1"
  fi
}

# po_net_host ID: a pod with the host's network is matched by its cgroup; nft looks for that at /sys/fs/cgroup.
po_net_host() {
  if [ "$PO_V" != 2 ] || [ ! -e "$HO_ROOT/sys/fs/cgroup/cgroup.controllers" ]; then
    PO_BAD="pod $1 has the host's network, and this node has no cgroup v2 to match it: freeze it"
    return
  fi
  ! po_spared || return 0
  PO_I=$IFS IFS=/
  # shellcheck disable=SC2086
  set -- "$1" ${PO_PATH#/}
  IFS=$PO_I
  PO_M="socket cgroupv2 level $(($# - 1)) \"${PO_PATH#/}\""
  ! po_rules "$PO_M" ip "$PO_4" || PO_OUT=$PO_OUT$PO_T
  ! po_rules "$PO_M" ip6 "$PO_6" || PO_OUT=$PO_OUT$PO_T
  po_covered "$1"
}

# po_rules MATCH FAMILY ADDRESSES: PO_T are rules that match the address before and after its translation, PO_B the one
# that matches it before. Resets pass: they tell the server that the connection is closed.
po_rules() {
  [ -n "$3" ] || return 1
  PO_B="$1 $2 daddr { $3 } tcp dport { $IN_PORTS } tcp flags & rst == 0 counter reject with tcp reset
"
  PO_T="$PO_B$1 meta l4proto tcp ct original $2 daddr { $3 } ct original proto-dst { $IN_PORTS } tcp flags & rst == 0 counter reject with tcp reset
"
}

# po_covered ID: the pod is held once the table with its rules is loaded.
po_covered() {
  PO_COVER="$PO_COVER $1"
  PO_L=''
  { read -r PO_L <"$HO_HERE/covered"; } 2>/dev/null
  case " $PO_L " in
    *" $1 "*) po_table >/dev/null && HO_FOUND="$HO_FOUND $1:T" || HO_FOUND="$HO_FOUND $1:S" ;;
    *) HO_FOUND="$HO_FOUND $1:S" ;;
  esac
}

# po_service ID: PO_S is where the pod finds the API, from the environment of its processes; remembered once known.
po_service() {
  PO_S=''
  case $PO_KNOWN in *" $1="*) PO_S=${PO_KNOWN##*" $1="} PO_S=${PO_S%% *} && return 0 ;; esac
  [ -n "$PO_G" ] || return 0
  set +f
  set -- "$1" "$PO_G"/cgroup.procs "$PO_G"/*/cgroup.procs
  set -f
  PO_I=$1
  shift
  for PO_K in "$@"; do
    [ -r "$PO_K" ] || continue
    while read -r PO_P; do
      PO_S=$(tr '\000' '\n' <"$HO_ROOT/proc/$PO_P/environ" | sed -n 's/^KUBERNETES_SERVICE_HOST=//p')
      case $PO_S in
        '' | *[!0-9a-fA-F:.]*) PO_S='' ;;
        *) PO_KNOWN="$PO_KNOWN $PO_I=$PO_S " && return 0 ;;
      esac
    done <"$PO_K"
  done 2>/dev/null
}
