# Clients let back in through the fence: what is connected passes, new connections within the fence's rate, the rest is dropped
# so that TCP tries again. `all` removes the fence.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

NF_TABLE=fireaxe

# readmit_fence: RE_BY is nft or ipt, by which the fence was made; false when there is none. Iptables is asked only where
# nft is not there or does not answer: the mere question loads modules on some.
readmit_fence() {
  RE_BY=nft NF_ERROR='' NF_SOFT=''
  if fx_has nft; then
    ! fx_has iptables || NF_SOFT=1
    nft_read && return 0
    [ -n "$NF_ERROR" ] || return 1
  fi
  fx_has iptables || readmit_no 'neither nft nor iptables is on this node: whether it is fenced nobody can tell'
  RE_BY=ipt
  ipt_tools
  ipt_any
}

readmit_no() {
  case $FX_OP in check | apply) fx_refuse no-tool "$1" ;; esac
  fx_fail no-tool "$1"
}

# readmit_have 4|6: RE_HAVE are those who are in.
readmit_have() {
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt_set "$1"
  else
    nft_elements "readmit$1"
    RE_HAVE=$NF_SET
  fi
}

# readmit_new: RE_4 and RE_6 are the clients asked for that are not in their set yet.
readmit_new() {
  readmit_have 4
  readmit_minus "$P_CLIENTS4" "$RE_HAVE"
  RE_4=$RE_SET
  readmit_have 6
  readmit_minus "$P_CLIENTS6" "$RE_HAVE"
  RE_6=$RE_SET
}

readmit_minus() {
  RE_SET=''
  for FX_K in $1; do
    case " $2 " in *" $FX_K "*) ;; *) RE_SET="$RE_SET${RE_SET:+ }$FX_K" ;; esac
  done
}

# words TEXT: RE_N counts them (the common part uses FX_N itself).
words() {
  # shellcheck disable=SC2086
  set -- $1
  RE_N=$#
}

# readmit_text VERB: NF_TEXT adds or deletes RE_4 and RE_6.
readmit_text() {
  NF_TEXT=''
  for RE_F in 4 6; do
    eval "RE_SET=\$RE_$RE_F"
    RE_E=''
    for FX_K in $RE_SET; do RE_E="$RE_E${RE_E:+, }$FX_K"; done
    [ -z "$RE_E" ] || NF_TEXT="$NF_TEXT$1 element inet $NF_TABLE readmit$RE_F { $RE_E }$FX_NL"
  done
}

act_look() {
  if ! readmit_fence; then
    FX_STATE=already
    fx_before fence absent
    fx_say 'no fence here: everybody is in'
    return 0
  fi
  fx_before fence present
  [ "$RE_BY" = nft ] || fx_before by iptables
  FX_STATE=would
  if [ -n "$P_ALL" ]; then
    fx_say 'will remove the fence'
    return 0
  fi
  readmit_new
  words "$RE_4 $RE_6"
  fx_before added "$RE_N"
  fx_data clients "$RE_N"
  if [ "$RE_N" -eq 0 ]; then
    FX_STATE=already
    fx_say 'these are in already'
    return 0
  fi
  RE_C=$RE_N
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt try add
  else
    readmit_text add
    NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fi
  fx_say "will let $RE_C clients in"
}

act_apply() {
  if [ -n "$P_ALL" ]; then
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
  # Noted first: what is not noted could not be taken back alone.
  fx_write added4 "$RE_4" && fx_write added6 "$RE_6" || fx_fail no-receipt "cannot write under $FX_DIR"
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt load add
    fx_say "$RE_C clients let in"
    return 0
  fi
  nft_load rules.nft
  words "$RE_4 $RE_6"
  fx_say "$RE_N clients let in"
}

act_verify() {
  if [ -n "$P_ALL" ]; then
    ! readmit_fence || fx_fail fenced 'the fence is still here'
    return 0
  fi
  readmit_fence || return 0
  readmit_new
  words "$RE_4 $RE_6"
  [ "$RE_N" -eq 0 ] || fx_fail missing "$RE_N clients are not in"
}

act_undo() {
  if [ -n "$P_ALL" ]; then
    readmit_refence
    return 0
  fi
  readmit_fence || {
    readmit_less
    FX_STATE=already FX_NOTE='no fence here'
    return 0
  }
  RE_4='' RE_6=''
  # Only what this step added: another batch may hold the others. Only what is still there: a tool refuses to delete the rest.
  fx_line "$FX_DIR/added4" && RE_L=$FX_L && readmit_have 4 && readmit_both "$RE_L" "$RE_HAVE" && RE_4=$RE_SET
  fx_line "$FX_DIR/added6" && RE_L=$FX_L && readmit_have 6 && readmit_both "$RE_L" "$RE_HAVE" && RE_6=$RE_SET
  words "$RE_4 $RE_6"
  if [ "$RE_N" -eq 0 ]; then
    FX_STATE=already FX_NOTE='none of these is in'
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

# readmit_less: a fence that `all` removed may come back: without these.
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

readmit_both() {
  RE_SET=''
  for FX_K in $1; do
    case " $2 " in *" $FX_K "*) RE_SET="$RE_SET${RE_SET:+ }$FX_K" ;; esac
  done
}

# The sockets of this batch and of nobody else.
readmit_close() {
  fx_has ss || {
    fx_say 'no ss here: their connections end when they next send'
    return 0
  }
  RE_F='' RE_C=0
  for RE_A in $RE_4 $RE_6; do
    RE_F="$RE_F $RE_A" RE_C=$((RE_C + 1))
    # Long filters are refused by the kernel.
    [ $((RE_C % 100)) -ne 0 ] || { readmit_kill && RE_F=''; }
  done
  [ -z "$RE_F" ] || readmit_kill
}

readmit_kill() {
  sockets_among "$RE_F"
  sockets_ports
  ss -K -Htn state established "( $SO_PORTS ) and ( $SO_F )" >/dev/null 2>&1 || :
}
