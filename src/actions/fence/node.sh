# API clients kept away at this control-plane host. Only connections to the API port are judged: SSH and SSM are none.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# The operator who comes from an address by SSH may use the API from there too.
fence_operator() {
  own_way
  FN_OPERATOR=$OW_FROM
  case " $P_PORTS " in *" $OW_PORT "*) fx_refuse own-way "port $OW_PORT is our own way in" ;; esac
}

# FN_AT are the ports for people, FN_PORTS as nft writes them.
fence_ports() {
  FN_PORTS=''
  for FX_K in $P_PORTS; do FN_PORTS="$FN_PORTS${FN_PORTS:+, }$FX_K"; done
  FN_AT=$FN_PORTS
  case $FN_PORTS in *,*) FN_PORTS="{ $FN_PORTS }" ;; esac
}

fence_rules() {
  fence_set allow4 ipv4_addr "$P_ALLOW4"
  fence_set allow6 ipv6_addr "$P_ALLOW6"
  FN_T=''
  for FX_K in $FN_OPERATOR $FN_FORMER; do
    case $FX_K in *:*) FN_F=ip6 ;; *) FN_F=ip ;; esac
    FN_T="$FN_T    $FN_F saddr $FX_K accept$FX_NL"
  done
  # Resets of the fenced come in: the server learns that they are gone. What is readmitted is limited by its first packet,
  # the one without ACK: that asks no connection tracking.
  NF_RULES="$FN_allow4$FN_allow6  set readmit4 {
    type ipv4_addr
    flags interval
  }
  set readmit6 {
    type ipv6_addr
    flags interval
  }
  chain readmit {
    tcp flags ack accept
    limit rate $P_RATE/second burst $P_RATE packets accept
    drop
  }
  chain fence {
    type filter hook input priority -150; policy accept;
    meta l4proto != tcp accept
    tcp dport != $FN_PORTS accept
    iifname \"lo\" accept
    tcp flags rst accept
    ip saddr @allow4 accept
    ip6 saddr @allow6 accept
$FN_T    ip saddr @readmit4 goto readmit
    ip6 saddr @readmit6 goto readmit
    meta l4proto tcp counter reject with tcp reset
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

# fence_set NAME TYPE WORDS: FN_NAME is the text of a set.
fence_set() {
  FN_E=''
  for FX_K in $3; do FN_E="$FN_E${FN_E:+, }$FX_K"; done
  FN_T="  set $1 {$FX_NL    type $2$FX_NL    flags interval$FX_NL${FN_E:+    elements = { $FN_E \}$FX_NL}  }$FX_NL"
  eval "FN_$1=\$FN_T"
}

# Whether the table found is this very fence, nobody readmitted yet.
fence_same() {
  case $NF_NOW in *"tcp dport != $FN_PORTS accept"*'reject with tcp reset'*) ;; *) return 1 ;; esac
  case $NF_NOW in *"limit rate $P_RATE/second"*) ;; *) return 1 ;; esac
  case "$NF_NOW " in *" saddr ${FN_OPERATOR:-@allow4} accept"*) ;; *) return 1 ;; esac
  nft_elements allow4 && same_words "$NF_SET" "$P_ALLOW4" || return 1
  nft_elements allow6 && same_words "$NF_SET" "$P_ALLOW6" || return 1
  nft_elements readmit4
  [ -z "$NF_SET" ] || return 1
  nft_elements readmit6
  [ -z "$NF_SET" ]
}

# fence_former: FN_FORMER are operators whom an earlier order let in, besides ours.
fence_former() {
  FN_FORMER=''
  table_operators
  for FX_K in $TB_OPERATORS; do [ "$FX_K" = "$FN_OPERATOR" ] || FN_FORMER="$FN_FORMER $FX_K"; done
}

hosts_look() {
  arm_possible
  fence_operator
  fence_ports
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
  sockets_others "$P_ALLOW4 $P_ALLOW6 $FN_OPERATOR $FN_FORMER"
  fx_data clients "${FX_N:-unknown}"
  fence_proxies
  fx_say "will reject all but the allowed at port $FN_AT${IP_BY:+ by iptables} and close ${FX_N:-the} connections; back in ${P_TIMER}s unless kept"
  proxies_say
  controllers_say
}

hosts_apply() {
  by_guarded "$P_TIMER"
  fence_close
  fx_say "fenced port $FN_AT${IP_BY:+ by iptables}; back in ${P_TIMER}s unless kept"
  proxies_say
}

fence_close() { sockets_close "$P_ALLOW4 $P_ALLOW6 $FN_OPERATOR $FN_FORMER"; }

hosts_verify() {
  ipt_by
  if [ -n "$IP_BY" ]; then
    fence_ipt_verify
  else
    nft_there || fx_fail gone 'there is no fence here'
    fence_ports
    case $NF_NOW in *"tcp dport != $FN_PORTS accept"*'reject with tcp reset'*) ;; *) fx_fail changed 'the fence was changed by somebody' ;; esac
    nft_count
    fx_data rejected "$NF_N"
    table_kept
  fi
  sockets_others "$TB_KEPT"
  [ -z "$FX_N" ] || fx_data left "$FX_N"
  fence_proxies
  proxies_say
  arm_say
}

# A former fence may mean clients that this one let in: their connections end too.
hosts_undo() {
  by_undo
  [ "${B_table-absent}" = present ] && [ "$FX_STATE" = changed ] || return 0
  if [ -n "$IP_BY" ]; then ipt_kept; else table_kept; fi
  sockets_close "$TB_KEPT"
}
