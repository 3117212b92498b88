# API clients rejected at this control-plane host. Only connections to the API port are judged: SSH and SSM are not affected.
# needs: hosts-rules hosts-iptables proxies elsewhere controllers firewall/by-tool firewall/kept firewall/sockets-close firewall/way-in
# shellcheck shell=sh

# fence_operator: the operator's SSH address may use the API too.
fence_operator() {
  own_way
  FN_OPERATOR=$OW_FROM
  case " $IN_PORTS " in *" $OW_PORT "*) fx_refuse own-way "this login uses port $OW_PORT" ;; esac
}

hosts_look() {
  arm_possible
  fence_operator
  fence_ports
  fence_nothing
  ipt_by
  if [ -z "$IP_BY" ]; then
    fence_nft_look
  else
    FN_FORMER=''
    ipt_look fenced
    [ "$FX_STATE" != would ] || fence_would
  fi
}

fence_nft_look() {
  fence_former
  fence_rules
  arm_look nft_there fence_same fenced || return 0
  NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fence_would
}

fence_would() {
  sockets_others "$IN_ALLOW4 $IN_ALLOW6 $FN_OPERATOR $FN_FORMER"
  fx_data clients "${FX_N:-unknown}"
  fence_proxies
  fx_say "will reject all but the allowed at port $FN_AT${IP_BY:+ by iptables} and close ${FX_N:-the} connections; reverts in ${P_TIMER}s unless kept"
  proxies_say
  elsewhere_say
  controllers_say
}

hosts_apply() {
  by_guarded "$P_TIMER"
  fence_close
  fx_say "fenced port $FN_AT${IP_BY:+ by iptables}; reverts in ${P_TIMER}s unless kept"
  proxies_say
  elsewhere_say
}

fence_close() { sockets_close "$IN_ALLOW4 $IN_ALLOW6 $FN_OPERATOR $FN_FORMER"; }

hosts_verify() {
  ipt_by
  if [ -n "$IP_BY" ]; then
    fence_ipt_verify
  else
    nft_there || fx_fail gone 'no fence is here'
    fence_ports
    case $NF_NOW in *"tcp dport != $FN_PORTS accept"*'reject with tcp reset'*) ;; *) fx_fail changed 'the rules of the fence were changed' ;; esac
    nft_count
    fx_data rejected "$NF_N"
    table_kept
  fi
  sockets_others "$TB_KEPT"
  [ -z "$FX_N" ] || fx_data left "$FX_N"
  fence_proxies
  proxies_say
  kube_listens "$IN_PORTS"
  elsewhere_say
  arm_say
}

# hosts_undo: a former fence may reject clients that this one let in: their connections end too.
hosts_undo() {
  by_undo
  [ "${B_table-absent}" = present ] && [ "$FX_STATE" = changed ] || return 0
  if [ -n "$IP_BY" ]; then ipt_kept; else table_kept; fi
  sockets_close "$TB_KEPT"
}
