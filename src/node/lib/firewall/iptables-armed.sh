# An armed change by iptables, and its undo. The action defines ipt_body TOOL: IP_BODY is what its chains are to hold, in
# iptables' own spelling.
# needs: iptables iptables-back armed keep earlier stack due
# shellcheck shell=sh

# ipt_same: whether the chains found are what is asked for.
ipt_same() {
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T" || return 1
    ipt_body "$IP_T"
    [ "$IP_NOW" = "$IP_BODY" ] || return 1
  done
}

# ipt_want TOOL: IP_TEXT makes them so, and adds the jump if it is missing.
ipt_want() {
  ipt_body "$1"
  ipt_jumps "$1" && IP_JUMP=''
  ipt_text "$IP_BODY" "$IP_JUMP"
}

# ipt_look DONE: whether it is in place already, else whether iptables would take it.
ipt_look() {
  ipt_tools
  arm_look ipt_there ipt_same "$1" || return 0
  for IP_T in $IP_TOOLS; do
    ipt_want "$IP_T"
    ipt_try "$IP_T" || fx_refuse iptables "$IP_T would refuse: $IP_OUT"
  done
  [ -z "$IP_LACK" ] || fx_say "IPv6 is not $1: no working $IP_LACK"
}

# ipt_guarded SECONDS: as nft_guarded.
ipt_guarded() {
  stack_at "$IP_CHAIN"
  stack_again
  if arm_pending && [ "$AR_DIR" != "$FX_DIR" ]; then
    # The state before an order that is not kept is the state before this order too.
    for IP_T in $IP_TOOLS; do
      cp "$AR_DIR/back.$IP_T" "$FX_DIR/back.$IP_T" 2>/dev/null ||
        fx_fail no-receipt "cannot copy $AR_DIR/back.$IP_T (an order by nft that was not kept?)"
    done
  elif [ ! -e "$FX_DIR/back.iptables" ]; then
    ipt_save
  fi
  ipt_back
  arm_back "$IP_BACK"
  ipt_jump
  AR_ELSE=''
  for IP_T in $IP_TOOLS; do AR_ELSE="$AR_ELSE${AR_ELSE:+ && }$IP_T -w -t $IP_TABLE -D $IP_JUMP"; done
  arm "$1"
  stack_due "$1"
  stack_enter "$AR_DIR"
  arm_replace
  for IP_T in $IP_TOOLS; do
    ipt_want "$IP_T"
    ipt_load "$IP_T"
  done
  arm_check
}

# ipt_first: warns if other rules stand before the jump.
ipt_first() {
  IP_OUT=$("$1" -w -t "$IP_TABLE" -S "$IP_HOOK" 1 2>/dev/null)
  case $IP_OUT in *" -j $IP_CHAIN") ;; *) fx_say "other rules come before the $FX_ACTION in $IP_HOOK of $1: what they accept is not rejected" ;; esac
}

# ipt_undo: reverts first and ends the timers after that: if it fails half-way, they still revert.
ipt_undo() {
  stack_at "$IP_CHAIN"
  if stack_lower; then
    arm_undo
    IP_TOOLS='iptables ip6tables'
    [ -n "$ST_ABOVE" ] || ! ipt_any || stack_still
    return 0
  fi
  ipt_tools
  ipt_jump
  if [ "${B_table-absent}" = absent ] || [ ! -e "$FX_DIR/back.iptables" ]; then
    IP_K=''
    # If the tool does not answer, that does not prove that the chain is gone.
    for IP_T in $IP_TOOLS; do
      ! IP_OUT=$("$IP_T" -w -t "$IP_TABLE" -S 2>/dev/null) || case $IP_OUT in *"-N $IP_CHAIN$FX_NL"* | *"-N $IP_CHAIN") ;; *) continue ;; esac
      IP_K=1
    done
    [ -n "$IP_K" ] || {
      arm_undo
      stack_leave
      FX_STATE=already FX_NOTE='nothing to undo here'
      return 0
    }
    [ "${B_table-absent}" = absent ] || fx_fail no-receipt 'this node no longer has a record of the state before'
  fi
  ipt_return
  if ipt_any; then B_table=present; else B_table=absent; fi
  arm_undo
  stack_leave
  fx_say "chain $IP_CHAIN as before: $B_table"
  [ "$B_table" = absent ] || stack_still
}
