# An armed change by nft, and its undo.
# needs: nft armed keep earlier stack due
# shellcheck shell=sh

nft_text() { NF_BODY="table inet $NF_TABLE {$FX_NL$NF_RULES}"; }

# nft_guarded: loads NF_BODY for $1 seconds at most, unless it is kept. The way back stands, and its timer runs, before.
nft_guarded() {
  stack_at "$NF_TABLE"
  stack_again
  if arm_pending && [ "$AR_DIR" != "$FX_DIR" ]; then
    # What was there before an order that nobody kept is the state before this one too.
    cp "$AR_DIR/back.nft" "$FX_DIR/back.nft" 2>/dev/null ||
      fx_fail no-receipt "cannot copy $AR_DIR/back.nft (an order by iptables that nobody kept?)"
  elif [ ! -e "$FX_DIR/back.nft" ]; then
    nft_save "$NF_NOW"
  fi
  # NF_ELSE is what the way back does where the kernel does not take the former table any more.
  arm_back "nft -f '$FX_DIR/back.nft'${NF_ELSE:+ || $NF_ELSE}"
  AR_ELSE="nft delete table inet $NF_TABLE"
  arm "$1"
  stack_due "$1"
  stack_enter "$AR_DIR"
  arm_replace
  nft_replace "$NF_BODY"
  nft_load rules.nft
  arm_check
}

# nft_undo: the table as it was before, then the timer off: were this to fail half-way, the timer still would.
nft_undo() {
  stack_at "$NF_TABLE"
  if stack_lower; then
    arm_undo
    return 0
  fi
  # Where the former one is gone too, with the record of it, the machine was started anew.
  if ! nft_read && { [ "${B_table-absent}" = absent ] || [ ! -e "$FX_DIR/back.nft" ]; }; then
    arm_undo
    stack_leave
    FX_STATE=already FX_NOTE='nothing is here to take back'
    return 0
  fi
  if [ -e "$FX_DIR/back.nft" ]; then
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1 || ${NF_ELSE:-false}) || fx_fail nft "nft refused: $NF_OUT"
  elif [ "${B_table-absent}" = absent ]; then
    NF_OUT=$(nft delete table inet "$NF_TABLE" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
  else
    fx_fail no-receipt 'what was here before is not recorded on this node any more'
  fi
  # An order that nobody kept may be all that stood here, and NF_ELSE leaves nothing.
  [ "${B_table-absent}" = absent ] || nft_read || B_table=absent
  arm_undo
  stack_leave
  fx_say "table $NF_TABLE as before: ${B_table-absent}"
}
