# The operation apply.
# needs: receipt room lock
# shellcheck shell=sh

fx_do_apply() {
  fx_folder
  FX_OLD=''
  [ ! -e "$FX_DIR/undone" ] || FX_OLD=1
  fx_lock
  if fx_overtaken && ! fx_ran; then fx_refuse undone 'undone since this order was sent'; fi
  ! fx_seen || return 0
  act_look
  if [ -n "$FX_REDO" ]; then fx_redo; else fx_before_vars; fi
  fx_intent
  [ "$FX_STATE" = would ] || return 0
  FX_STATE=changed FX_NOTE='' FX_DATA=''
  act_apply
}

# fx_folder: makes the folder of this step's receipt. A step that must never run twice always gets one, with its own lock.
fx_folder() {
  if [ -n "$FX_ONCE" ]; then
    # Where it began, its receipt is: on a disk that is full by now, none would be found elsewhere, and it would run again.
    [ -e "$FX_DIR/intent" ] || fx_room before '' ||
      fx_refuse no-receipt "cannot write in $FX_HOME, /dev/shm or /tmp: without a receipt it might run twice"
    FX_LOCK=$FX_DIR/lock
    return 0
  fi
  mkdir -p "$FX_DIR" 2>/dev/null && return 0
  FX_O=$(mkdir -p "$FX_DIR" 2>&1)
  fx_refuse no-receipt "cannot make $FX_DIR: ${FX_O##*: }"
}

# fx_overtaken: whether the step was undone while this order waited for the lock or, by the times of both, was on its way.
fx_overtaken() {
  fx_line "$FX_DIR/undone" || { [ -L "$FX_DIR/undone.says" ] && FX_L=$(readlink "$FX_DIR/undone.says"); } || return 1
  [ -n "$FX_OLD" ] || return 0
  FX_L=${FX_L##* }
  case $FX_L in '' | *[!0-9]*) return 1 ;; esac
  [ "${FX_SENT:-$FX_NOT_AFTER}" -lt "$FX_L" ]
}

# fx_redo: a new order of a step that began keeps the first before-state. What the first attempt did is this step's change,
# not a state that was there already: undo has to revert it.
fx_redo() {
  FX_FOUND=$FX_BEFORE
  fx_recall_before
  if [ "$FX_STATE" = already ] && [ "$FX_FOUND" != "$FX_BEFORE" ]; then FX_STATE=changed; fi
}
