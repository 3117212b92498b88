# Where there is no nft: a chain of our own in iptables' filter table, and one jump to it.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# ipt_tools: IP_TOOLS are the families that this node has.
ipt_tools() {
  IP_TOOLS=''
  ! fx_has iptables || IP_TOOLS=iptables
  # Where IPv6 is off its tool may be there and fail.
  if fx_has ip6tables && ip6tables -w -S INPUT >/dev/null 2>&1; then IP_TOOLS="$IP_TOOLS ip6tables"; fi
  [ -n "$IP_TOOLS" ] || fx_refuse no-tool 'neither nft nor iptables is on this node'
}

# ipt_there TOOL: whether the chain and the jump are there.
ipt_there() { "$1" -w -S "$IP_CHAIN" >/dev/null 2>&1 && "$1" -w -C INPUT -p tcp --dport "$P_PORT" -j "$IP_CHAIN" 2>/dev/null; }

ipt_remove() {
  while "$1" -w -D INPUT -p tcp --dport "$P_PORT" -j "$IP_CHAIN" 2>/dev/null; do :; done
  "$1" -w -F "$IP_CHAIN" 2>/dev/null
  "$1" -w -X "$IP_CHAIN" 2>/dev/null
  ! "$1" -w -S "$IP_CHAIN" >/dev/null 2>&1
}
