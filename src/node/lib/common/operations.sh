# Common part: what each operation is made of, and where it begins.
# shellcheck shell=sh
# shellcheck disable=SC1003,SC2015,SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

fx_do_check() { act_look; }

fx_do_apply() {
  fx_folder
  FX_OLD=''
  [ ! -e "$FX_DIR/undone" ] || FX_OLD=1
  fx_lock
  if fx_overtaken && ! fx_ran; then fx_refuse undone 'taken back since this order was sent'; fi
  ! fx_seen || return 0
  act_look
  if [ -n "$FX_REDO" ]; then fx_redo; else fx_before_vars; fi
  fx_intent
  [ "$FX_STATE" = would ] || return 0
  FX_STATE=changed FX_NOTE='' FX_DATA=''
  act_apply
}

# fx_folder: where this step's receipt is to lie. What must never run twice has one in any case, and its lock beside it.
fx_folder() {
  if [ -n "$FX_ONCE" ]; then
    fx_room room '' || fx_refuse no-receipt "cannot write in $FX_HOME, /dev/shm or /tmp: without a receipt it might run twice"
    rm -f "$FX_DIR/room"
    FX_LOCK=$FX_DIR/lock
    return 0
  fi
  mkdir -p "$FX_DIR" 2>/dev/null && return 0
  FX_O=$(mkdir -p "$FX_DIR" 2>&1)
  fx_refuse no-receipt "cannot make $FX_DIR: ${FX_O##*: }"
}

# Whether the step was taken back while this order waited for its turn, or, by their times, was on its way.
fx_overtaken() {
  fx_line "$FX_DIR/undone" || FX_L=$(readlink "$FX_DIR/undone.says") || return 1
  [ -n "$FX_OLD" ] || return 0
  FX_L=${FX_L##* }
  case $FX_L in '' | *[!0-9]*) return 1 ;; esac
  [ "${FX_SENT:-$FX_NOT_AFTER}" -lt "$FX_L" ]
}

# A new order of a step that began: the first before-state stands. What the first attempt did before it ended is this
# step's change, not something that was so already, or undo would leave it.
fx_redo() {
  FX_FOUND=$FX_BEFORE
  fx_recall_before
  if [ "$FX_STATE" = already ] && [ "$FX_FOUND" != "$FX_BEFORE" ]; then FX_STATE=changed; fi
}

fx_do_verify() { act_verify; }

# Whether it was taken back; asked again with the lock, for two orders may come at once.
fx_undone() {
  [ -e "$FX_DIR/undone" ] || return 1
  FX_STATE=already FX_NOTE='taken back before'
  fx_data again 1
}

fx_do_undo() {
  ! fx_undone || return 0
  FX_OLD=${FX_HAS_BEFORE-}
  # The way back needs no room: what cannot be written down is done all the same.
  mkdir -p "$FX_DIR" 2>/dev/null
  fx_lock
  ! fx_undone || return 0
  # The order may still wait for its turn, or be on its way: it must find itself taken back.
  if [ -z "$FX_OLD" ] && ! fx_recall_before; then
    FX_STATE=already FX_NOTE='nothing is recorded of this step on this node'
    fx_taken_back
    return
  fi
  FX_BEFORE='' FX_STATE=changed
  act_undo
  case $FX_STATE in changed | already) fx_taken_back ;; esac
}

fx_taken_back() {
  FX_T="$FX_NONCE $FX_NOW ${FX_SENT:-$FX_NOT_AFTER}"
  fx_write undone "$FX_T" && return 0
  # An inode alone is a mark, and may hold the words as well.
  ln -s "$FX_T" "$FX_DIR/undone.says" 2>/dev/null
  [ -e "$FX_DIR/undone" ] || { fx_data receipt none && fx_say 'no receipt of this undo could be written'; }
}

fx_do_keep() {
  [ -d "$FX_DIR" ] || fx_fail not-armed 'nothing is known of this step here: a reboot takes a change and its timer'
  fx_lock
  FX_STATE=changed
  act_keep
}

fx_do_fetch() { act_fetch; }

fx_do_receipt() {
  if [ ! -e "$FX_DIR/intent" ]; then
    FX_STATE=absent FX_NOTE='nothing is known of this step here'
    fx_since_boot
  elif [ -s "$FX_DIR/done" ]; then
    fx_recall
    fx_data state "$FX_STATE"
    FX_STATE=ok
    [ ! -e "$FX_DIR/undone" ] || fx_data undone 1
    [ ! -e "$FX_DIR/fired" ] || fx_data fired 1
    [ ! -e "$FX_DIR/kept" ] || fx_data kept 1
  else
    fx_recall_before
    FX_STATE=interrupted FX_NOTE='began and did not end'
    # One that does not tell its step may be this one.
    if fx_signed && ! fx_stale; then
      case $FX_HOLDS in '' | "$FX_RUN/$FX_STEP") FX_CODE=running FX_NOTE='still running' ;; esac
    fi
  fi
}

# A reboot empties /run: absence proves something only in the boot in which the order was sent.
fx_since_boot() {
  ! fx_up || fx_data up "$FX_L"
  [ -z "$FX_BOOT" ] || fx_data boot "$FX_BOOT"
}

fx_main() {
  umask 077
  fx_guard
  fx_root
  fx_identity
  fx_time
  fx_same_boot
  "fx_do_$FX_OP"
  fx_end
}
