# Undo of the removal of a fence.
# needs: clients firewall/iptables-back firewall/stack firewall/kept firewall/sockets-close
# shellcheck shell=sh

# The fence as it was, and the connections of all whom it does not let in.
readmit_refence() {
  if [ "${B_fence-absent}" = absent ]; then return 0; fi
  RE_BY=nft
  if [ "${B_by-nft}" = iptables ]; then RE_BY=ipt && stack_at "$IP_CHAIN"; else stack_at "$NF_TABLE"; fi
  ! stack_lower || return 0
  if [ "$RE_BY" = ipt ]; then
    [ -e "$FX_DIR/back.iptables" ] || fx_fail no-receipt 'the fence that was here is not recorded on this node any more'
    ipt_tools
    ipt_return
    readmit_without
    stack_leave
    ipt_any || readmit_none || return 0
    ipt_kept
  else
    [ -e "$FX_DIR/back.nft" ] || fx_fail no-receipt 'the fence that was here is not recorded on this node any more'
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
    nft_read
    readmit_without
    stack_leave
    nft_read || readmit_none || return 0
    table_kept
  fi
  sockets_close "$TB_KEPT"
  fx_say 'fence put back'
}

# readmit_without: the fence that came back lets in nobody whose readmission was taken back meanwhile.
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

# The fence that was removed was taken back itself meanwhile.
readmit_none() {
  FX_STATE=already FX_NOTE='the fence that was here was taken back itself'
  return 1
}
