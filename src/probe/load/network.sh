# The uplink's counters and speed, and how full the table of tracked connections is.
# needs: unread common/proc common/result
# shellcheck shell=sh

load_network() {
  load_uplink
  LD_COUNT=$FX_ROOT/proc/sys/net/netfilter/nf_conntrack_count LD_MAX=$FX_ROOT/proc/sys/net/netfilter/nf_conntrack_max
  if fx_line "$LD_COUNT" && LD_N=$FX_L && fx_line "$LD_MAX"; then
    fx_data conntrack "$LD_N"
    fx_data conntrackMax "$FX_L"
  else
    load_unread conntrack 'not tracked here'
  fi
}

# load_uplink: of the interface that has the default route; many virtual ones do not know their speed.
load_uplink() {
  LD_IF=''
  while read -r LD_N LD_TO LD_S; do [ "$LD_TO" != 00000000 ] || { LD_IF=$LD_N && break; }; done <"$FX_ROOT/proc/net/route"
  [ -n "$LD_IF" ] || { load_unread uplink 'no default route by IPv4' && return 0; }
  while read -r LD_N LD_TO; do
    case $LD_N in
      "$LD_IF:") ;;
      # A large counter may follow the colon at once.
      "$LD_IF:"*) LD_TO="${LD_N#"$LD_IF:"} $LD_TO" ;;
      *) continue ;;
    esac
    # shellcheck disable=SC2086
    set -- $LD_TO
    fx_data received "$1"
    fx_data sent "${9-}"
  done <"$FX_ROOT/proc/net/dev"
  fx_line "$FX_ROOT/sys/class/net/$LD_IF/speed"
  case $FX_L in '' | *[!0-9]* | 0) ;; *) fx_data speed "$FX_L" ;; esac
} 2>/dev/null
