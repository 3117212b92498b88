# API clients kept away at this control-plane host. Only connections to the API port are judged: SSH and SSM are none.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# The operator who comes from an address by SSH may use the API from there too.
fence_operator() {
  FN_OPERATOR='' FN_SSHD=22
  case ${SSH_CONNECTION-} in
    '' | *[!0-9a-fA-F.:\ ]*) ;;
    *) FN_OPERATOR=${SSH_CONNECTION%% *} FN_SSHD=${SSH_CONNECTION##* } ;;
  esac
  [ "$FN_SSHD" != "$P_PORT" ] || fx_refuse own-way "port $P_PORT is our own way in"
}

fence_rules() {
  FN_4='' FN_6=''
  case $FN_OPERATOR in
    '') ;;
    *:*) FN_6="    ip6 saddr $FN_OPERATOR accept$FX_NL" ;;
    *) FN_4="    ip saddr $FN_OPERATOR accept$FX_NL" ;;
  esac
  fence_set allow4 ipv4_addr "$P_ALLOW4"
  fence_set allow6 ipv6_addr "$P_ALLOW6"
  NF_RULES="$FN_allow4$FN_allow6  set readmit4 {
    type ipv4_addr
    flags interval
  }
  set readmit6 {
    type ipv6_addr
    flags interval
  }
  chain fence {
    type filter hook input priority -150; policy accept;
    tcp dport != $P_PORT accept
    iifname \"lo\" accept
    ip saddr @allow4 accept
    ip6 saddr @allow6 accept
$FN_4$FN_6    ip saddr @readmit4 ct state established,related accept
    ip6 saddr @readmit6 ct state established,related accept
    ip saddr @readmit4 ct state new limit rate $P_RATE/second burst $P_RATE packets accept
    ip6 saddr @readmit6 ct state new limit rate $P_RATE/second burst $P_RATE packets accept
    ip saddr @readmit4 drop
    ip6 saddr @readmit6 drop
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
  case $NF_NOW in *"tcp dport != $P_PORT accept"*'reject with tcp reset'*) ;; *) return 1 ;; esac
  case $NF_NOW in *"limit rate $P_RATE/second"*) ;; *) return 1 ;; esac
  nft_elements allow4 && same_words "$NF_SET" "$P_ALLOW4" || return 1
  nft_elements allow6 && same_words "$NF_SET" "$P_ALLOW6" || return 1
  nft_elements readmit4
  [ -z "$NF_SET" ] || return 1
  nft_elements readmit6
  [ -z "$NF_SET" ]
}

# The sockets of the fenced, and of nobody else: ss without an exact filter would close our own session too.
# Loopback and the allow set go on; the operator too.
fence_filter() {
  FN_F='dst 127.0.0.0/8 or dst [::1]'
  for FX_K in $P_ALLOW4 $P_ALLOW6 $FN_OPERATOR; do
    case $FX_K in
      *:*/*) FN_F="$FN_F or dst [${FX_K%/*}]/${FX_K#*/}" ;;
      *:*) FN_F="$FN_F or dst [$FX_K]" ;;
      *) FN_F="$FN_F or dst $FX_K" ;;
    esac
  done
  FN_F="( sport = :$P_PORT ) and not ( $FN_F )"
}

# fence_lines TEXT: FX_N counts its lines that are not empty.
fence_lines() {
  FX_I=$IFS IFS=$FX_NL
  # shellcheck disable=SC2086
  set -- $1
  IFS=$FX_I
  FX_N=$#
}

# fence_left: FX_N is how many connections of the fenced the API server still has.
fence_left() {
  FX_N=''
  fx_has ss || return 0
  FN_OUT=$(ss -Htn state established "$FN_F" 2>/dev/null)
  fence_lines "$FN_OUT"
}

hosts_look() {
  arm_possible
  fence_operator
  if fx_has nft; then fence_nft_look; else fence_ipt_look; fi
}

fence_nft_look() {
  fence_rules
  AR_DIR='' AR_OLD=''
  if nft_read; then
    fx_before table present
    if fence_same; then
      FX_STATE=already
      # In place, but nobody kept it: its timer would take it away.
      arm_pending || { fx_say 'fenced already' && return 0; }
      fx_say 'fenced by an order that was not kept'
    fi
  else
    fx_before table absent
  fi
  FX_STATE=would
  NF_OUT=$(nft_try) || fx_refuse nft "nft would refuse: $NF_OUT"
  fence_filter
  fence_left
  fx_data clients "${FX_N:-unknown}"
  fx_say "will reject all but the allowed at port $P_PORT and close ${FX_N:-the} connections; back in ${P_TIMER}s unless kept"
}

hosts_apply() {
  if [ -n "${FN_IPT-}" ]; then
    fence_ipt_apply
  else
    nft_guarded "$P_TIMER"
  fi
  fence_close
  fx_say "fenced port $P_PORT; back in ${P_TIMER}s unless kept"
}

fence_close() {
  fence_filter
  if ! fx_has ss; then
    fx_say 'no ss here: connections of the fenced stay open at the server until it notices'
    return 0
  fi
  FN_OUT=$(ss -K -Htn state established "$FN_F" 2>/dev/null)
  fence_lines "$FN_OUT"
  fx_data closed "$FX_N"
  fence_left
  fx_data left "$FX_N"
  [ "$FX_N" -eq 0 ] || fx_say "$FX_N connections could not be closed (kernel without INET_DIAG_DESTROY?)"
}

hosts_verify() {
  fence_operator
  fence_filter
  if fx_has nft; then
    nft_read || fx_fail gone 'there is no fence here'
    case $NF_NOW in *"tcp dport != $P_PORT accept"*'reject with tcp reset'*) ;; *) fx_fail changed 'the fence was changed by somebody' ;; esac
    FX_T=${NF_NOW##*'counter packets '}
    fx_data rejected "${FX_T%% *}"
  else
    fence_ipt_there || fx_fail gone 'there is no fence here'
  fi
  fence_left
  [ -z "$FX_N" ] || fx_data left "$FX_N"
  FX_K=no
  ! armed "$FX_DIR" "$AR_UNIT" || FX_K=yes
  fx_data armed "$FX_K"
}

hosts_undo() {
  if ! fx_has nft; then
    arm_undo
    fence_ipt_undo
    return 0
  fi
  nft_undo
}
