# API clients rejected on the machine where they run: what leaves it for the API servers is judged by its owner.
# needs: clients-rules clients-groups clients-sockets clients-watch firewall/nft-armed
# shellcheck shell=sh

nodes_look() {
  fx_has nft || fx_refuse no-tool 'nft is not on this node, and iptables cannot match the owner of a packet by cgroup'
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
  fx_say "will reject $CL_WHOM at the API and close ${FX_N:-no} connections; reverts in ${P_TIMER}s unless kept"
}

# clients_refuse: says which part this node cannot do.
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
  fx_say "rejected at the API: $CL_WHOM; reverts in ${P_TIMER}s unless kept"
}

nodes_verify() {
  fx_need nft
  nft_read || fx_fail gone 'no fence is here'
  # As it was resolved at apply: a unit that is down now has no cgroup.
  if fx_line "$FX_DIR/who"; then CL_UID=${FX_L%%:*} CL_PATHS=${FX_L#*:}; else clients_who; fi
  case $NF_NOW in *'goto who'*'reject with tcp reset'* | *'reject with tcp reset'*'goto who'*) ;; *) fx_fail changed 'the rules of the fence were changed' ;; esac
  for CL_P in $CL_PATHS; do
    case $NF_NOW in *"\"$CL_P\""*) ;; *) [ ! -d "$CL_ROOT/$CL_P" ] || fx_fail changed "$CL_P was created again and is not in the rules" ;; esac
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
