# User traffic kept away from this host: new connections to the given ports are refused, running ones finish.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

NF_TABLE=fireaxe_cordon

# Judged before kube-proxy translates a node port (-100) and after the connection is known (-200).
# $1 is what becomes of a new connection: older kernels cannot reject this early.
cordon_rules() {
  NF_RULES="  chain cordon {
    type filter hook prerouting priority -150; policy accept;
    iifname \"lo\" accept
    tcp dport { $P_PORTS } ct state new counter $1
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

cordon_own_way() {
  own_way
  FX_I=$IFS IFS=' ,'
  for FX_K in $P_PORTS; do
    if [ "$OW_PORT" -ge "${FX_K%-*}" ] && [ "$OW_PORT" -le "${FX_K#*-}" ]; then
      IFS=$FX_I
      fx_refuse own-way "port $OW_PORT is our own way in"
    fi
  done
  IFS=$FX_I
}

# The table was made for these very ports.
cordon_same() {
  case $NF_NOW in *'tcp dport'*) ;; *) return 1 ;; esac
  CO_T=${NF_NOW#*'tcp dport '}
  CO_T=${CO_T%%' ct state'*}
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
  set -- $P_PORTS
  IFS=' '
  CO_P="$*"
  IFS=$FX_I
  same_words "$CO_T" "$CO_P"
}

act_look() {
  fx_need nft
  arm_possible
  cordon_own_way
  AR_DIR='' AR_OLD=''
  if nft_read; then
    fx_before table present
    if cordon_same; then
      FX_STATE=already
      arm_pending || { fx_say 'cordoned already' && return 0; }
      fx_say 'cordoned by an order that was not kept'
    fi
  else
    fx_before table absent
  fi
  FX_STATE=would
  cordon_rules 'reject with tcp reset'
  if ! NF_OUT=$(nft_try); then
    cordon_rules drop
    NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fi
  fx_say "will refuse new connections to $P_PORTS; back in ${P_TIMER}s unless kept"
}

act_apply() {
  nft_guarded "$P_TIMER"
  fx_say "new connections to $P_PORTS refused; back in ${P_TIMER}s unless kept"
}

act_verify() {
  fx_need nft
  nft_read || fx_fail gone 'there is no cordon here'
  cordon_same || fx_fail changed 'the cordon is for other ports'
  FX_T=${NF_NOW##*'counter packets '}
  fx_data refused "${FX_T%% *}"
  arm_say
}

act_undo() {
  fx_need nft
  nft_undo
}
