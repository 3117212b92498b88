# Clients let back in through the fence: established connections pass, new ones pass within the fence's rate, the rest is
# dropped so that TCP tries again. `all` removes the fence.
# needs: clients refence firewall/iptables-back firewall/stack
# shellcheck shell=sh

NF_TABLE=fireaxe

act_look() {
  if ! readmit_fence; then
    FX_STATE=already
    fx_before fence absent
    fx_say 'no fence is here: all clients have access'
    return 0
  fi
  fx_before fence present
  [ "$RE_BY" = nft ] || fx_before by iptables
  FX_STATE=would
  if [ -n "$IN_ALL" ]; then
    fx_say 'will remove the fence'
    return 0
  fi
  readmit_new
  words "$RE_4 $RE_6"
  fx_before added "$RE_N"
  fx_data clients "$RE_N"
  if [ "$RE_N" -eq 0 ]; then
    FX_STATE=already
    fx_say 'all of these have access already'
    return 0
  fi
  RE_C=$RE_N
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt try add
  else
    readmit_text add
    NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fi
  fx_say "will readmit $RE_C clients"
}

act_apply() {
  if [ -n "$IN_ALL" ]; then
    if [ "$RE_BY" = ipt ]; then
      stack_at "$IP_CHAIN"
      stack_again
      [ -e "$FX_DIR/back.iptables" ] || ipt_save
      stack_enter ''
      ipt_remove
    else
      stack_at "$NF_TABLE"
      stack_again
      [ -e "$FX_DIR/back.nft" ] || nft_save "$NF_NOW"
      stack_enter ''
      nft_replace ''
      nft_load rules.nft
    fi
    fx_say 'fence removed'
    return 0
  fi
  # Noted first: without a note, this batch could not be undone alone.
  fx_write added4 "$RE_4" && fx_write added6 "$RE_6" || fx_fail no-receipt "cannot write under $FX_DIR"
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt load add
    fx_say "$RE_C clients readmitted"
    return 0
  fi
  nft_load rules.nft
  words "$RE_4 $RE_6"
  fx_say "$RE_N clients readmitted"
}

act_verify() {
  if [ -n "$IN_ALL" ]; then
    ! readmit_fence || fx_fail fenced 'the fence is still here'
    return 0
  fi
  readmit_fence || return 0
  readmit_new
  words "$RE_4 $RE_6"
  [ "$RE_N" -eq 0 ] || fx_fail missing "$RE_N clients are not readmitted"
}

act_undo() {
  if [ -n "$IN_ALL" ]; then
    readmit_refence
    return 0
  fi
  readmit_fence || {
    readmit_less
    FX_STATE=already FX_NOTE='no fence is here'
    return 0
  }
  RE_4='' RE_6=''
  # Only what this step added: other clients belong to other batches. Only what is still there: the tools refuse to delete the rest.
  fx_line "$FX_DIR/added4" && RE_L=$FX_L && readmit_have 4 && readmit_both "$RE_L" "$RE_HAVE" && RE_4=$RE_SET
  fx_line "$FX_DIR/added6" && RE_L=$FX_L && readmit_have 6 && readmit_both "$RE_L" "$RE_HAVE" && RE_6=$RE_SET
  words "$RE_4 $RE_6"
  if [ "$RE_N" -eq 0 ]; then
    FX_STATE=already FX_NOTE='none of these is readmitted'
    return 0
  fi
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt load delete
  else
    readmit_text delete
    nft_load back.nft
  fi
  readmit_close
  words "$RE_4 $RE_6"
  fx_say "$RE_N clients fenced again"
}

# readmit_less: if the fence that `all` removed comes back, it must do so without these clients.
readmit_less() {
  if [ "$RE_BY" = ipt ]; then stack_at "$IP_CHAIN"; else stack_at "$NF_TABLE"; fi
  stack_top
  [ -n "$ST_DIR" ] || return 0
  for RE_F in 4 6; do
    fx_line "$FX_DIR/added$RE_F" && [ -n "$FX_L" ] || continue
    # A copy would need room.
    mv -f "$FX_DIR/added$RE_F" "$ST_DIR/less$RE_F.$FX_RUN.$FX_STEP" 2>/dev/null || fx_fail no-receipt "cannot write in $ST_DIR"
  done
}

# readmit_close: closes the connections of this batch and of no other.
readmit_close() {
  fx_has ss || {
    fx_say 'ss is not on this node: their connections end when they next send'
    return 0
  }
  RE_F='' RE_C=0
  for RE_A in $RE_4 $RE_6; do
    RE_F="$RE_F $RE_A" RE_C=$((RE_C + 1))
    # The kernel refuses long filters.
    [ $((RE_C % 100)) -ne 0 ] || { readmit_kill && RE_F=''; }
  done
  [ -z "$RE_F" ] || readmit_kill
}

readmit_kill() {
  sockets_among "$RE_F"
  sockets_ports
  ss -K -Htn state established "( $SO_PORTS ) and ( $SO_F )" >/dev/null 2>&1 || :
}
