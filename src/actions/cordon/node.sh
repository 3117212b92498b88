# User traffic kept away from this host: new connections to the given ports are refused, running ones finish.
# needs: iptables firewall/by-tool firewall/way-in common/words
# shellcheck shell=sh

NF_TABLE=fireaxe_cordon

# cordon_rules VERDICT: rejects before kube-proxy translates a node port (-100). It matches the first packet only: a rule that
# needs connection tracking would turn it on, and established connections would look like new ones.
# VERDICT is for new connections: older kernels cannot reject this early.
cordon_rules() {
  NF_RULES="  chain cordon {
    type filter hook prerouting priority -150; policy accept;
    iifname \"lo\" accept
    tcp flags ack accept
    tcp flags rst accept
    tcp dport { $P_PORT } counter $1
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

cordon_own_way() {
  own_way
  FX_I=$IFS IFS=' ,'
  for FX_K in $P_PORT; do
    if [ "$OW_PORT" -ge "${FX_K%-*}" ] && [ "$OW_PORT" -le "${FX_K#*-}" ]; then
      IFS=$FX_I
      fx_refuse own-way "this login uses port $OW_PORT"
    fi
  done
  IFS=$FX_I
}

# cordon_same: whether the table is for the same ports.
cordon_same() {
  case $NF_NOW in *'tcp dport'*) ;; *) return 1 ;; esac
  CO_T=${NF_NOW#*'tcp dport '}
  CO_T=${CO_T%%' counter'*}
  CO_T=${CO_T#'{ '}
  CO_T=${CO_T%' }'}
  FX_I=$IFS IFS=" ,$FX_TAB$FX_NL"
  # shellcheck disable=SC2086
  set -- $CO_T
  IFS=' '
  CO_T="$*"
  IFS=$FX_I
  CO_P=''
  FX_I=$IFS IFS=', '
  # shellcheck disable=SC2086
  set -- $P_PORT
  IFS=' '
  CO_P="$*"
  IFS=$FX_I
  same_words "$CO_T" "$CO_P"
}

act_look() {
  arm_possible
  cordon_own_way
  ipt_by
  CO_DO=refuse CO_DONE=refused
  if [ -z "$IP_BY" ]; then cordon_nft_look; else CO_DO=drop CO_DONE=dropped && ipt_look cordoned; fi
  [ "$FX_STATE" != would ] || fx_say "will $CO_DO new connections to $P_PORT; reverts in ${P_TIMER}s unless kept"
}

cordon_nft_look() {
  arm_look nft_there cordon_same cordoned || return 0
  cordon_rules 'reject with tcp reset'
  if ! NF_OUT=$(nft_try); then
    cordon_rules drop
    CO_DO=drop CO_DONE=dropped
    NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fi
}

act_apply() {
  by_guarded "$P_TIMER"
  fx_say "new connections to $P_PORT $CO_DONE${IP_BY:+ by iptables}; reverts in ${P_TIMER}s unless kept"
}

act_verify() {
  ipt_by
  if [ -n "$IP_BY" ]; then
    cordon_ipt_verify
  else
    nft_there || fx_fail gone 'no cordon is here'
    cordon_same || fx_fail changed 'the cordon is for other ports'
    nft_count
    CO_N=$NF_N
  fi
  fx_data refused "$CO_N"
  arm_say
}

act_undo() { by_undo; }
