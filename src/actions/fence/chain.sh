# The fence by iptables. What readmit adds goes to a chain of its own, where only the first packet of a connection is limited.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# fence_ipt_body TOOL: IP_BODY is what the chains are to hold, in iptables' own spelling.
fence_ipt_body() {
  FN_B=" --limit-burst $P_RATE" FN_A=$P_ALLOW4 FN_L=32
  [ "$P_RATE" != 5 ] || FN_B=''
  [ "$1" = iptables ] || FN_A=$P_ALLOW6 FN_L=128
  for FX_K in $FN_OPERATOR $FN_FORMER; do
    case $1:$FX_K in iptables:*:* | ip6tables:*.*) ;; *) FN_A="$FN_A $FX_K" ;; esac
  done
  IP_BODY="-A $IP_CHAIN-IN -p tcp -m tcp --tcp-flags ACK ACK -j RETURN
-A $IP_CHAIN-IN -m limit --limit $P_RATE/sec$FN_B -j RETURN
-A $IP_CHAIN-IN -j DROP
-A $IP_CHAIN -i lo -j RETURN
-A $IP_CHAIN -p tcp -m tcp --tcp-flags RST RST -j RETURN
"
  FN_D=' '
  for FX_K in $FN_A; do
    case $FX_K in */*) ;; *) FX_K=$FX_K/$FN_L ;; esac
    case $FN_D in *" $FX_K "*) continue ;; esac
    FN_D="$FN_D$FX_K " IP_BODY="$IP_BODY-A $IP_CHAIN -s $FX_K -j RETURN$FX_NL"
  done
  IP_BODY="$IP_BODY-A $IP_CHAIN -p tcp -j REJECT --reject-with tcp-reset$FX_NL"
}

# fence_ipt_same: whether the chains found are this very fence, nobody readmitted yet.
fence_ipt_same() {
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T" || return 1
    fence_ipt_body "$IP_T"
    [ "$IP_NOW" = "$IP_BODY" ] || return 1
  done
}

# fence_ipt_text TOOL: IP_TEXT makes the fence, with the jump where it is not there yet.
fence_ipt_text() {
  fence_ipt_body "$1"
  ipt_jumps "$1" && IP_JUMP=''
  ipt_text "$IP_BODY" "$IP_JUMP"
}

fence_ipt_look() {
  ipt_tools
  FN_FORMER='' AR_DIR='' AR_OLD=''
  if ipt_there; then
    fx_before table present
    if fence_ipt_same; then
      FX_STATE=already
      arm_pending || { fx_say 'fenced already (iptables)' && return 0; }
      fx_say 'fenced by an order that was not kept'
    fi
  else
    fx_before table absent
  fi
  FX_STATE=would
  for IP_T in $IP_TOOLS; do
    fence_ipt_text "$IP_T"
    ipt_try "$IP_T" || fx_refuse iptables "$IP_T would refuse: $IP_OUT"
  done
  [ -z "$IP_LACK" ] || fx_say "IPv6 is not fenced: no working $IP_LACK"
  fence_would
}

# ipt_guarded SECONDS: as nft_guarded.
ipt_guarded() {
  if arm_pending && [ "$AR_DIR" != "$FX_DIR" ]; then
    # What was there before an order that nobody kept is the state before this one too.
    for IP_T in $IP_TOOLS; do
      cp "$AR_DIR/back.$IP_T" "$FX_DIR/back.$IP_T" 2>/dev/null || fx_fail no-receipt "cannot write $FX_DIR/back.$IP_T"
    done
  elif [ ! -e "$FX_DIR/back.iptables" ]; then
    ipt_save
  fi
  ipt_back
  arm_back "$IP_BACK"
  arm "$1"
  arm_replace
  for IP_T in $IP_TOOLS; do
    fence_ipt_text "$IP_T"
    ipt_load "$IP_T"
  done
}

fence_ipt_verify() {
  ipt_tools
  ipt_there || fx_fail gone 'there is no fence here'
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T"
    case $IP_NOW in *"-A $IP_CHAIN -p tcp -j REJECT --reject-with tcp-reset$FX_NL") ;; *) fx_fail changed 'the fence was changed by somebody' ;; esac
    IP_OUT=$("$IP_T" -w -S INPUT 1 2>/dev/null)
    case $IP_OUT in *" -j $IP_CHAIN") ;; *) fx_say "rules of others stand before the fence in INPUT of $IP_T: whom they accept is not fenced" ;; esac
  done
  ipt_kept
}
