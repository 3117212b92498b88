# A change that could cut us off: taken back by the node itself unless it is kept.
# AR_NAME names the guarded thing (fence, cordon); the way back is the file $FX_DIR/revert, a script that needs nothing of us.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

AR_UNIT=fireaxe-$FX_ACTION-$FX_RUN-$FX_STEP
AR_PENDING=$FX_HOME/$FX_ACTION.armed

# arm SECONDS: starts the timer and reads it back; refuses where nothing can keep time.
arm() {
  if fx_systemd; then
    arm_anew ||
      systemd-run --quiet --unit="$AR_UNIT" --description="Fireaxe takes $FX_ACTION back unless it is kept" \
        --on-active="$1s" --timer-property=AccuracySec=1s --setenv=PATH="$PATH" /bin/sh "$FX_DIR/revert" ||
      fx_fail not-armed 'systemd-run did not arm the timer'
    systemctl is-active --quiet "$AR_UNIT.timer" || fx_fail not-armed 'the timer does not run'
  elif fx_has setsid; then
    # No systemd: a process of its own session, and no child of ours, or our deadline would end it with us.
    AR_FIRST=''
    ! fx_line "$FX_DIR/timer" || AR_FIRST=$FX_L
    rm -f "$FX_DIR/timer"
    AR_TEXT="echo \$\$ >'$FX_DIR/timer'; sleep $1; exec /bin/sh '$FX_DIR/revert'"
    (setsid /bin/sh -c "$AR_TEXT" </dev/null >/dev/null 2>&1 &)
    AR_N=0
    until fx_line "$FX_DIR/timer"; do
      AR_N=$((AR_N + 1))
      [ "$AR_N" -lt 25 ] || fx_fail not-armed 'the detached timer does not run'
      sleep 0.2 2>/dev/null || sleep 1
    done
    AR_PID=$FX_L
    fx_start "$AR_PID" || FX_L=''
    fx_write timer "$AR_PID $FX_L" && fx_alive "$AR_PID" "$FX_L" || fx_fail not-armed 'the detached timer does not run'
    # One of an attempt that did not end would take away what is kept now.
    [ -z "$AR_FIRST" ] || arm_end "$AR_FIRST"
  else
    fx_fail no-timer 'neither systemd-run nor setsid is here: nothing would take this back'
  fi
  { printf '%s\n' "$FX_DIR $AR_UNIT" >"$AR_PENDING"; } 2>/dev/null || {
    disarm "$FX_DIR" "$AR_UNIT"
    fx_fail no-receipt "cannot write $AR_PENDING"
  }
}

# An attempt of this very step that did not end armed its timer: it begins anew, with no moment unguarded.
arm_anew() {
  [ -n "$FX_REDO" ] && systemctl is-active --quiet "$AR_UNIT.timer" && systemctl restart "$AR_UNIT.timer"
}

# arm_back COMMANDS: the file of the way back. A machine that drowns may refuse at first; once it worked it is not done again.
arm_back() {
  fx_write revert "AR_N=0
until { $1; }; do
  AR_N=\$((AR_N + 1))
  [ \$AR_N -lt 300 ] || exit 1
  sleep 1
done
: >'$FX_DIR/fired'" || fx_fail no-receipt "cannot write $FX_DIR/revert"
}

# Before anything is changed, so that a refusal is one.
arm_possible() {
  fx_systemd || fx_has setsid || fx_refuse no-timer 'neither systemd-run nor setsid is here: nothing would take this back'
}

# armed DIR UNIT: whether that timer still runs.
armed() {
  if fx_line "$1/timer"; then
    fx_alive "${FX_L%% *}" "${FX_L#* }"
  else
    fx_systemd && systemctl is-active --quiet "$2.timer"
  fi
}

# arm_end "PID START": ends a detached timer, if it is still the same process. Its sleep is a child in the same session of its own.
arm_end() {
  AR_PID=${1%% *}
  fx_alive "$AR_PID" "${1#* }" || return 0
  kill -TERM "-$AR_PID" 2>/dev/null || kill -TERM "$AR_PID" 2>/dev/null
}

# disarm DIR UNIT: false when the timer still runs.
disarm() {
  if fx_line "$1/timer"; then
    arm_end "$FX_L"
    rm -f "$1/timer"
  else
    systemctl stop "$2.timer" 2>/dev/null
    ! systemctl is-active --quiet "$2.timer"
  fi
}

# The armed step of an earlier order that nobody kept: AR_DIR, AR_OLD; false when there is none.
arm_pending() {
  fx_line "$AR_PENDING" || return 1
  AR_DIR=${FX_L%% *} AR_OLD=${FX_L#* }
  armed "$AR_DIR" "$AR_OLD"
}

# arm_replace: our timer runs, so the earlier one must not take away what is now ours.
arm_replace() {
  [ -n "$AR_OLD" ] && [ "$AR_OLD" != "$AR_UNIT" ] || return 0
  disarm "$AR_DIR" "$AR_OLD" || fx_say "could not disarm $AR_OLD"
}

act_keep() {
  [ ! -e "$FX_DIR/fired" ] || fx_fail fired 'its timer took it back already'
  if [ -e "$FX_DIR/kept" ]; then
    FX_STATE=already
    return 0
  fi
  armed "$FX_DIR" "$AR_UNIT" || fx_fail not-armed 'no timer of this step runs here'
  disarm "$FX_DIR" "$AR_UNIT" || fx_fail still-armed 'the timer could not be stopped'
  # Fired in between: what it removed is removed.
  [ ! -e "$FX_DIR/fired" ] || fx_fail fired 'its timer took it back just now'
  fx_write kept "$FX_NONCE $FX_NOW"
  rm -f "$AR_PENDING"
  fx_say 'kept'
}

# arm_undo: for undo, before the way back is taken by hand.
arm_undo() {
  ! armed "$FX_DIR" "$AR_UNIT" || disarm "$FX_DIR" "$AR_UNIT"
  fx_line "$AR_PENDING" || return 0
  case $FX_L in "$FX_DIR "*) rm -f "$AR_PENDING" ;; esac
}
