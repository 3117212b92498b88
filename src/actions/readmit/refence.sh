# Undo of the removal of a fence.
# needs: clients firewall/iptables-back firewall/stack firewall/kept firewall/sockets-close
# shellcheck shell=sh

# readmit_refence: restores the fence, and closes the connections of all clients that it does not let in.
readmit_refence() {
  if [ "${B_fence-absent}" = absent ]; then return 0; fi
  RE_BY=nft
  if [ "${B_by-nft}" = iptables ]; then RE_BY=ipt && stack_at "$IP_CHAIN"; else stack_at "$NF_TABLE"; fi
  ! stack_lower || return 0
  if [ "$RE_BY" = ipt ]; then
    [ -e "$FX_DIR/back.iptables" ] || fx_fail no-receipt 'this node no longer has a record of the earlier fence'
    ipt_tools
    ipt_return
    readmit_without
    stack_leave
    ipt_any || readmit_none || return 0
    ipt_kept
  else
    [ -e "$FX_DIR/back.nft" ] || fx_fail no-receipt 'this node no longer has a record of the earlier fence'
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
    nft_read
    readmit_without
    stack_leave
    nft_read || readmit_none || return 0
    table_kept
  fi
  sockets_close "$TB_KEPT"
  fx_say 'fence restored'
}

# readmit_without: removes clients from the restored fence whose readmission was undone meanwhile.
readmit_without() {
  RE_4='' RE_6=''
  for RE_F in 4 6; do
    RE_L=''
    set +f
    for FX_K in "$FX_DIR/less$RE_F"*; do ! fx_line "$FX_K" || RE_L="$RE_L $FX_L"; done
    set -f
    [ -n "$RE_L" ] || continue
    readmit_have "$RE_F"
    readmit_both "$RE_L" "$RE_HAVE"
    eval "RE_$RE_F=\$RE_SET"
  done
  [ -n "$RE_4$RE_6" ] || return 0
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt load delete
  else
    readmit_text delete
    nft_load less.nft
  fi
}

# readmit_none: the removed fence was undone itself meanwhile.
readmit_none() {
  FX_STATE=already FX_NOTE='the fence that was here was itself undone'
  return 1
}
