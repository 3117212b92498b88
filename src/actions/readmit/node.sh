# Clients let back in through the fence: established connections pass, new ones within the fence's rate, the rest is dropped
# so that TCP tries again. `all` removes the fence.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

NF_TABLE=fireaxe

# readmit_new: RE_4 and RE_6 are the clients asked for that are not in their set yet.
readmit_new() {
  nft_elements readmit4
  readmit_minus "$P_CLIENTS4" "$NF_SET"
  RE_4=$RE_SET
  nft_elements readmit6
  readmit_minus "$P_CLIENTS6" "$NF_SET"
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
  fx_need nft
  if ! nft_read; then
    FX_STATE=already
    fx_before fence absent
    fx_say 'no fence here: everybody is in'
    return 0
  fi
  fx_before fence present
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
  readmit_text add
  NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fx_say "will let $RE_N clients in"
}

act_apply() {
  if [ -n "$P_ALL" ]; then
    [ -e "$FX_DIR/back.nft" ] || nft_save "$NF_NOW"
    nft_replace ''
    nft_load rules.nft
    fx_say 'fence removed'
    return 0
  fi
  # Noted first: what is not noted could not be taken back alone.
  fx_write added4 "$RE_4" && fx_write added6 "$RE_6" || fx_fail no-receipt "cannot write under $FX_DIR"
  nft_load rules.nft
  words "$RE_4 $RE_6"
  fx_say "$RE_N clients let in"
}

act_verify() {
  fx_need nft
  if [ -n "$P_ALL" ]; then
    ! nft_read || fx_fail fenced 'the fence is still here'
    return 0
  fi
  nft_read || return 0
  readmit_new
  words "$RE_4 $RE_6"
  [ "$RE_N" -eq 0 ] || fx_fail missing "$RE_N clients are not in"
}

act_undo() {
  fx_need nft
  if [ -n "$P_ALL" ]; then
    if [ "${B_fence-absent}" = absent ]; then return 0; fi
    [ -e "$FX_DIR/back.nft" ] || fx_fail no-receipt 'the fence that was here is not recorded on this node any more'
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
    fx_say 'fence put back'
    return 0
  fi
  nft_read || {
    FX_STATE=already FX_NOTE='no fence here'
    return 0
  }
  RE_4='' RE_6=''
  # Only what this step added: another batch may hold the others. Only what is still there: nft refuses to delete the rest.
  fx_line "$FX_DIR/added4" && nft_elements readmit4 && readmit_both "$FX_L" "$NF_SET" && RE_4=$RE_SET
  fx_line "$FX_DIR/added6" && nft_elements readmit6 && readmit_both "$FX_L" "$NF_SET" && RE_6=$RE_SET
  words "$RE_4 $RE_6"
  if [ "$RE_N" -eq 0 ]; then
    FX_STATE=already FX_NOTE='none of these is in'
    return 0
  fi
  readmit_text delete
  nft_load back.nft
  readmit_close
  fx_say "$RE_N clients fenced again"
}

readmit_both() {
  RE_SET=''
  for FX_K in $1; do
    case " $2 " in *" $FX_K "*) RE_SET="$RE_SET${RE_SET:+ }$FX_K" ;; esac
  done
}

# The sockets of this batch and of nobody else.
readmit_close() {
  fx_has ss || return 0
  RE_F='' FX_K=0
  for RE_A in $RE_4 $RE_6; do
    case $RE_A in
      *:*/*) RE_A="[${RE_A%/*}]/${RE_A#*/}" ;;
      *:*) RE_A="[$RE_A]" ;;
    esac
    RE_F="$RE_F${RE_F:+ or }dst $RE_A" FX_K=$((FX_K + 1))
    # Long filters are refused by the kernel.
    [ $((FX_K % 100)) -ne 0 ] || { readmit_kill && RE_F=''; }
  done
  [ -z "$RE_F" ] || readmit_kill
}

readmit_kill() { ss -K -Htn state established "( sport = :$P_PORT ) and ( $RE_F )" >/dev/null 2>&1 || :; }
