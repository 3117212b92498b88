# The fence by iptables: the chain is filled whole before the one jump leads to it.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

IP_CHAIN=FIREAXE

fence_ipt_there() {
  ipt_tools
  for IP_T in $IP_TOOLS; do ipt_there "$IP_T" || return 1; done
}

fence_ipt_look() {
  FN_IPT=1
  if fence_ipt_there; then
    fx_before table present
    FX_STATE=already
    fx_say 'fenced already (iptables)'
  else
    fx_before table absent
    FX_STATE=would
    fx_say "will reject all but the allowed at port $P_PORT by iptables; back in ${P_TIMER}s unless kept"
  fi
}

fence_ipt_apply() {
  FN_BACK=''
  for IP_T in $IP_TOOLS; do
    FN_BACK="${FN_BACK}while $IP_T -w -D INPUT -p tcp --dport $P_PORT -j $IP_CHAIN 2>/dev/null; do :; done
$IP_T -w -F $IP_CHAIN; $IP_T -w -X $IP_CHAIN
"
  done
  fx_write revert "$FN_BACK: >'$FX_DIR/fired'" || fx_fail no-receipt "cannot write under $FX_DIR"
  arm "$P_TIMER"
  for IP_T in $IP_TOOLS; do
    ipt_remove "$IP_T"
    "$IP_T" -w -N "$IP_CHAIN" && "$IP_T" -w -A "$IP_CHAIN" -i lo -j ACCEPT || fx_fail iptables "$IP_T made no chain"
    FN_A=$P_ALLOW4
    [ "$IP_T" = iptables ] || FN_A=$P_ALLOW6
    for FX_K in $FN_A $FN_OPERATOR; do
      case $IP_T:$FX_K in
        iptables:*:* | ip6tables:*.*.*) ;;
        *) "$IP_T" -w -A "$IP_CHAIN" -s "$FX_K" -j ACCEPT || fx_fail iptables "$IP_T refused $FX_K" ;;
      esac
    done
    "$IP_T" -w -A "$IP_CHAIN" -p tcp -j REJECT --reject-with tcp-reset &&
      "$IP_T" -w -I INPUT 1 -p tcp --dport "$P_PORT" -j "$IP_CHAIN" || fx_fail iptables "$IP_T refused the last rule"
  done
}

fence_ipt_undo() {
  if [ "${B_table-absent}" = present ]; then
    fx_say 'the fence was there before; it stays'
    return 0
  fi
  ipt_tools
  for IP_T in $IP_TOOLS; do ipt_remove "$IP_T" || fx_fail iptables "$IP_T kept the chain"; done
  fx_say 'fence removed'
}
