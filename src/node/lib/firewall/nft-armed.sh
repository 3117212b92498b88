# An armed change by nft, and its undo.
# needs: nft armed keep earlier stack due
# shellcheck shell=sh

nft_text() { NF_BODY="table inet $NF_TABLE {$FX_NL$NF_RULES}"; }

# nft_guarded SECONDS: loads NF_BODY; it is reverted after that time unless kept. The revert is written and its timer runs before.
nft_guarded() {
  stack_at "$NF_TABLE"
  stack_again
  if arm_pending && [ "$AR_DIR" != "$FX_DIR" ]; then
    # The state before an order that is not kept is the state before this order too.
    cp "$AR_DIR/back.nft" "$FX_DIR/back.nft" 2>/dev/null ||
      fx_fail no-receipt "cannot copy $AR_DIR/back.nft (an order by iptables that was not kept?)"
  elif [ ! -e "$FX_DIR/back.nft" ]; then
    nft_save "$NF_NOW"
  fi
  # NF_ELSE is what the revert does if the kernel no longer accepts the former table.
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

# nft_undo: restores the former table first and ends the timers after that: if it fails half-way, they still revert.
nft_undo() {
  stack_at "$NF_TABLE"
  if stack_lower; then
    arm_undo
    NF_SOFT=1
    [ -n "$ST_ABOVE" ] || ! nft_read || stack_still
    return 0
  fi
  # If the record of the former table is gone too, the machine was rebooted.
  if ! nft_read && { [ "${B_table-absent}" = absent ] || [ ! -e "$FX_DIR/back.nft" ]; }; then
    arm_undo
    stack_leave
    FX_STATE=already FX_NOTE='nothing to undo here'
    return 0
  fi
  if [ -e "$FX_DIR/back.nft" ]; then
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1 || ${NF_ELSE:-false}) || fx_fail nft "nft refused: $NF_OUT"
  elif [ "${B_table-absent}" = absent ]; then
    NF_OUT=$(nft delete table inet "$NF_TABLE" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
  else
    fx_fail no-receipt 'this node no longer has a record of the state before'
  fi
  # An order that was not kept may be all that was here, and NF_ELSE leaves nothing. One below that was undone leaves what it reverts to.
  NF_SOFT=1
  if nft_read; then B_table=present; elif [ -z "$NF_ERROR" ]; then B_table=absent; fi
  arm_undo
  stack_leave
  fx_say "table $NF_TABLE as before: ${B_table-absent}"
  [ "${B_table-absent}" = absent ] || stack_still
}
