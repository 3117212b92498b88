# What an armed change finds of an earlier order, or of an earlier attempt of its own step.
# needs: timers
# shellcheck shell=sh

# The armed step of an earlier order that nobody kept: AR_DIR, AR_OLD; false when there is none.
arm_pending() {
  AR_DIR='' AR_OLD=''
  fx_line "$AR_PENDING" || return 1
  AR_DIR=${FX_L%% *} AR_OLD=${FX_L#* }
  ! armed "$AR_DIR" "$AR_OLD" || return 0
  AR_DIR='' AR_OLD=''
  return 1
}

# arm_look THERE SAME DONE: THERE and SAME look whether anything is there, and whether it is what is asked for; DONE is the
# word for that. False where it is so already, and stays; else there is something to do.
arm_look() {
  FX_STATE=would
  if ! "$1"; then
    fx_before table absent
    return 0
  fi
  fx_before table present
  "$2" || {
    fx_say "takes the place of another $FX_ACTION here: what only that one keeps away comes in again"
    return 0
  }
  if arm_pending; then
    # In place, but its timer would take it away.
    fx_say "$3 by an order that was not kept"
    return 0
  fi
  FX_STATE=already
  fx_say "$3 already"
  return 1
}

# arm_replace: our timer runs, so the earlier one must not take away what is now ours.
arm_replace() {
  [ -n "$AR_OLD" ] && [ "$AR_OLD" != "$AR_UNIT" ] || return 0
  disarm "$AR_DIR" "$AR_OLD" || fx_say "could not disarm $AR_OLD"
}
