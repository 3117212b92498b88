# The other operations, and fx_main, where a script begins. The action defines act_look, act_apply, act_verify, act_undo
# (and act_keep, act_fetch where it has them).
# needs: deadline identity apply undo receipts/others
# shellcheck shell=sh

fx_do_check() {
  # First, as a look that refuses ends the script.
  [ -z "$FX_MINE" ] || receipts_others "$FX_MINE"
  act_look
}

fx_do_verify() { act_verify; }

fx_do_keep() {
  [ -d "$FX_DIR" ] || fx_fail not-armed 'this node has no receipt of this step: a reboot removes a change and its timer'
  fx_lock
  FX_STATE=changed
  act_keep
}

fx_do_fetch() { act_fetch; }

fx_do_receipt() {
  if [ ! -e "$FX_DIR/intent" ]; then
    FX_STATE=absent FX_NOTE='this node has no receipt of this step'
    fx_since_boot
  elif [ -s "$FX_DIR/done" ]; then
    fx_recall
    fx_data state "$FX_STATE"
    FX_STATE=ok
    [ ! -e "$FX_DIR/undone" ] || fx_data undone 1
    [ ! -e "$FX_DIR/fired" ] || fx_data fired 1
    ! fx_kept "$FX_DIR" || fx_data kept 1
  else
    fx_recall_before
    FX_STATE=interrupted FX_NOTE='began and did not end'
    # A lock without a step may belong to this one.
    if fx_signed && ! fx_stale; then
      case $FX_HOLDS in '' | "$FX_RUN/$FX_STEP") FX_CODE=running FX_NOTE='still running' ;; esac
    fi
  fi
}

# fx_since_boot: a reboot empties /run, so a missing receipt proves something only in the boot in which the order was sent.
fx_since_boot() {
  ! fx_up || fx_data up "$FX_L"
  [ -z "$FX_BOOT" ] || fx_data boot "$FX_BOOT"
}

fx_main() {
  umask 077
  fx_guard
  fx_root
  fx_identity
  fx_meant
  fx_time
  fx_same_boot
  "fx_do_$FX_OP"
  fx_end
}
