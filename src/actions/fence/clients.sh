# API clients kept away from the API on the machine where they run: what leaves it for the API servers is judged by whose it is.
# Once before the service address is translated (-100), and once after.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

clients_text() {
  FN_PORTS=''
  for FX_K in $P_PORTS; do FN_PORTS="$FN_PORTS${FN_PORTS:+, }$FX_K"; done
  fence_set servers4 ipv4_addr "$P_SERVERS4"
  fence_set servers6 ipv6_addr "$P_SERVERS6"
  fence_set services4 ipv4_addr "$P_SERVICES4"
  fence_set services6 ipv6_addr "$P_SERVICES6"
  # Before any translation, and after: an address that we do not know may become the API server's. Resets go out: the server learns of the end.
  NF_RULES="$FN_servers4$FN_servers6$FN_services4$FN_services6  chain out {
    meta l4proto tcp counter reject with tcp reset comment \"$CL_MARK\"
  }
  chain who {
$CL_RULES  }
  chain fence {
    type filter hook output priority -150; policy accept;
    meta l4proto != tcp accept
    tcp flags & rst == rst accept
    ip daddr @servers4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @servers6 tcp dport { $FN_PORTS } goto who
    ip daddr @services4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @services6 tcp dport { $FN_PORTS } goto who
  }
  chain late {
    type filter hook output priority 0; policy accept;
    meta l4proto != tcp accept
    tcp flags & rst == rst accept
    ip daddr @servers4 tcp dport { $FN_PORTS } goto who
    ip6 daddr @servers6 tcp dport { $FN_PORTS } goto who
  }
"
  nft_text
  nft_replace "$NF_BODY"
}

# Whether the table found fences these very clients. A control group that was made anew since is none of them: nft shows a number.
clients_same() {
  case $NF_NOW in *'chain who {'*"dport { $FN_PORTS }"*) ;; *"dport $FN_PORTS goto"*) ;; *) return 1 ;; esac
  FX_T=${NF_NOW#*'chain who {'}
  clients_words "${FX_T%%'}'*}"
  CL_T=$CL_W
  clients_words "$CL_RULES"
  [ "$CL_T" = "$CL_W" ] || return 1
  nft_elements servers4 && same_words "$NF_SET" "$P_SERVERS4" || return 1
  nft_elements servers6 && same_words "$NF_SET" "$P_SERVERS6" || return 1
  nft_elements services4 && same_words "$NF_SET" "$P_SERVICES4" || return 1
  nft_elements services6 && same_words "$NF_SET" "$P_SERVICES6"
}

# clients_words TEXT: CL_W is the text with single spaces.
clients_words() {
  FX_I=$IFS IFS=" $FX_TAB$FX_NL"
  # shellcheck disable=SC2086
  set -- $1
  IFS=' '
  CL_W="$*"
  IFS=$FX_I
}

nodes_look() {
  fx_has nft || fx_refuse no-tool 'nft is not on this node, and iptables does not tell whose a packet is'
  arm_possible
  clients_who
  clients_rules
  CL_WHOM=$P_ONLY${P_USER:+${P_ONLY:+ and }user $P_USER}
  [ -z "$P_EXCEPT" ] || CL_WHOM="all but $P_EXCEPT"
  CL_MARK=$FX_RUN/$FX_STEP
  [ ${#CL_MARK} -le 120 ] || CL_MARK=$FX_RUN
  clients_text
  arm_look nft_read clients_same fenced || return 0
  NF_OUT=$(nft_try) || clients_refuse
  clients_sockets
  CL_HAD=${FX_N:-0}
  fx_data connections "${FX_N:-unknown}"
  fx_say "will reject $CL_WHOM at the API and close ${FX_N:-no} connections; back in ${P_TIMER}s unless kept"
}

# Which of it this node cannot do.
clients_refuse() {
  CL_W=$NF_OUT CL_RULES="    meta skuid 0 accept$FX_NL"
  clients_text
  [ -z "$CL_PATHS" ] || ! nft_try >/dev/null ||
    fx_refuse no-tool "nft or the kernel here has no 'socket cgroupv2': $CL_W"
  fx_refuse nft "nft would refuse: $CL_W"
}

nodes_apply() {
  fx_write who "$CL_UID:$CL_PATHS" || fx_fail no-receipt "cannot write under $FX_DIR"
  nft_guarded "$P_TIMER"
  clients_close
  clients_watch
  fx_say "rejected at the API: $CL_WHOM; back in ${P_TIMER}s unless kept"
}

nodes_verify() {
  fx_need nft
  nft_read || fx_fail gone 'there is no fence here'
  # As it was resolved then: a unit that is down now has no control group.
  if fx_line "$FX_DIR/who"; then CL_UID=${FX_L%%:*} CL_PATHS=${FX_L#*:}; else clients_who; fi
  case $NF_NOW in *'goto who'*'reject with tcp reset'* | *'reject with tcp reset'*'goto who'*) ;; *) fx_fail changed 'the fence was changed by somebody' ;; esac
  for CL_P in $CL_PATHS; do
    case $NF_NOW in *"\"$CL_P\""*) ;; *) [ ! -d "$CL_ROOT/$CL_P" ] || fx_fail changed "$CL_P was made anew and is not in the rules" ;; esac
  done
  nft_count
  fx_data rejected "$NF_N"
  clients_sockets
  [ -z "$FX_N" ] || fx_data left "$FX_N"
  arm_say
}

nodes_undo() {
  fx_need nft
  nft_undo
  clients_unwatch
}
