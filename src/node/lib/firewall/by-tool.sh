# An armed change by nft, or by iptables where nft does not work.
# needs: nft-armed iptables-armed
# shellcheck shell=sh

# by_made: IP_BY is set if the change was, or would be, made by iptables, judged by the receipt and the tools alone.
by_made() {
  IP_BY=''
  if [ -e "$FX_DIR/back.iptables" ]; then
    IP_BY=1
  elif [ -e "$FX_DIR/back.nft" ] && [ "$FX_OP" != check ]; then
    # Only nft can see and revert what nft made.
    fx_need nft
  elif ! fx_has nft; then
    IP_BY=1
  fi
}

# ipt_by: the same, and IP_BY is also set if nft does not work with this kernel. NF_NOW is the table by nft.
ipt_by() {
  by_made
  [ -z "$IP_BY" ] || return 0
  [ -e "$FX_DIR/back.nft" ] || ! fx_has iptables || NF_SOFT=1
  nft_read || [ -z "$NF_ERROR" ] || IP_BY=1
  NF_SOFT=''
}

# by_guarded SECONDS, by_undo: make and undo the change by that tool.
by_guarded() { if [ -n "$IP_BY" ]; then ipt_guarded "$1"; else nft_guarded "$1"; fi; }
by_undo() {
  by_made
  if [ -n "$IP_BY" ]; then ipt_undo; else nft_undo; fi
}
