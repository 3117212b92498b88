# The operation undo.
# needs: receipt lock
# shellcheck shell=sh

# fx_undone: whether the step was undone; asked again with the lock, as two orders may come at once.
fx_undone() {
  [ -e "$FX_DIR/undone" ] || return 1
  FX_STATE=already FX_NOTE='undone before'
  fx_data again 1
}

fx_do_undo() {
  ! fx_undone || return 0
  # The state before is not in this text, which many nodes share.
  if [ -n "${FX_BY_RECEIPT-}" ] && [ ! -r "$FX_DIR/before" ]; then
    FX_STATE=absent FX_NOTE='this node has no receipt of this step'
    return
  fi
  FX_OLD=${FX_HAS_BEFORE-}
  # An undo needs no room: it is done even if it cannot be recorded.
  mkdir -p "$FX_DIR" 2>/dev/null
  fx_lock
  ! fx_undone || return 0
  # The order to undo may still wait for the lock, or be on its way: it must find itself undone.
  if [ -z "$FX_OLD" ] && ! fx_recall_before; then
    FX_STATE=already FX_NOTE='this node has no record of this step'
    fx_taken_back
    return
  fi
  FX_BEFORE='' FX_STATE=changed
  act_undo
  case $FX_STATE in changed | already) fx_taken_back ;; esac
}

# fx_taken_back: leaves `NONCE TIME BY SENT`; SENT is compared with that of an order that was overtaken.
fx_taken_back() {
  FX_T="$FX_NONCE $FX_NOW ${FX_BY:--} ${FX_SENT:-$FX_NOT_AFTER}"
  fx_write undone "$FX_T" && return 0
  # A link needs an inode only, and can hold the text as well.
  ln -s "$FX_T" "$FX_DIR/undone.says" 2>/dev/null
  [ -e "$FX_DIR/undone" ] || { fx_data receipt none && fx_say 'this undo left no receipt'; }
}
