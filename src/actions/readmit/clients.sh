# Which clients the fence lets in, and the change of that, by the tool that made the fence.
# needs: iptables firewall/nft-sets
# shellcheck shell=sh

# readmit_fence: RE_BY is nft or ipt, the tool that made the fence; false if there is none. iptables is asked only if nft
# is missing or does not answer: on some nodes, asking it loads kernel modules.
readmit_fence() {
  RE_BY=nft NF_ERROR='' NF_SOFT=''
  if fx_has nft; then
    ! fx_has iptables || NF_SOFT=1
    nft_read && return 0
    [ -n "$NF_ERROR" ] || return 1
  fi
  fx_has iptables || readmit_no 'neither nft nor iptables is on this node: whether it is fenced is unknown'
  RE_BY=ipt
  ipt_tools
  ipt_any
}

# readmit_have 4|6: RE_HAVE are the readmitted clients of that family.
readmit_have() {
  if [ "$RE_BY" = ipt ]; then
    readmit_ipt_set "$1"
  else
    nft_elements "readmit$1"
    RE_HAVE=$NF_SET
  fi
}

# readmit_new: RE_4 and RE_6 are the clients asked for that are not readmitted yet.
readmit_new() {
  readmit_have 4
  readmit_minus "$IN_CLIENTS4" "$RE_HAVE"
  RE_4=$RE_SET
  readmit_have 6
  readmit_minus "$IN_CLIENTS6" "$RE_HAVE"
  RE_6=$RE_SET
}

readmit_minus() {
  RE_SET=''
  for FX_K in $1; do
    case " $2 " in *" $FX_K "*) ;; *) RE_SET="$RE_SET${RE_SET:+ }$FX_K" ;; esac
  done
}

readmit_both() {
  RE_SET=''
  for FX_K in $1; do
    case " $2 " in *" $FX_K "*) RE_SET="$RE_SET${RE_SET:+ }$FX_K" ;; esac
  done
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

# words TEXT: RE_N counts them (the common part uses FX_N itself).
words() {
  # shellcheck disable=SC2086
  set -- $1
  RE_N=$#
}
