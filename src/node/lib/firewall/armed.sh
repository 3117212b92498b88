# A change that could cut us off: the node reverts it by itself unless it is kept.
# AR_NAME names the guarded thing (fence, cordon); the way back is the file $FX_DIR/revert, a script that needs nothing of us.
# AR_ELSE is a shorter way back that stands in the timer itself; no dollar sign and no semicolon: systemd, made anew, reads those
# otherwise than it was told.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

AR_UNIT=fireaxe-$FX_ACTION-$FX_RUN-$FX_STEP
AR_PENDING=$FX_HOME/$FX_ACTION.armed

# arm SECONDS: starts two timers that need nothing of each other, and reads each back; refuses where neither keeps time.
# A process of our own, which no command to systemd ends; and systemd's, which goes on where processes are killed.
# Whichever is first makes `off` (arm_back); the other does nothing.
arm() {
  # Of an attempt before this one.
  rmdir "$FX_DIR/off" 2>/dev/null
  AR_FIRST='' AR_BY=''
  ! fx_line "$FX_DIR/timer" || AR_FIRST=$FX_L
  # Where somebody removed our folder, and the way back with it, what was made is removed: a former one is lost with it.
  AR_FIRES="[ ! -e '$FX_DIR/revert' ] && $AR_ELSE || exec /bin/sh '$FX_DIR/revert'"
  ! arm_detached "$1" || AR_BY=detached
  # Those of an attempt that did not end would revert what is kept now.
  [ -z "$AR_FIRST" ] || arm_end "$AR_FIRST"
  [ -z "$FX_REDO" ] || ! fx_systemd || sd systemctl stop "$AR_UNIT.timer" 2>/dev/null
  if fx_systemd && arm_systemd "$1"; then
    AR_BY="$AR_BY systemd"
  elif [ -n "$AR_BY" ]; then
    fx_data timer detached
    ! [ -d "$FX_ROOT/run/systemd/system" ] || ! fx_has systemd-run || fx_say 'systemd-run does not do its work: a detached process keeps the time'
  fi
  [ -n "$AR_BY" ] || fx_fail not-armed 'neither systemd-run nor setsid started a timer: nothing would revert this'
  { printf '%s\n' "$FX_DIR $AR_UNIT" >"$AR_PENDING"; } 2>/dev/null || {
    disarm "$FX_DIR" "$AR_UNIT"
    fx_fail no-receipt "cannot write $AR_PENDING"
  }
}

# arm_detached SECONDS: the file `timer` tells of it: process and start.
arm_detached() {
  fx_has setsid || return 1
  # A machine of the drill does not end it when it is switched off.
  [ -z "$FX_ROOT" ] || ! fx_systemd || return 1
  rm -f "$FX_DIR/timer"
  detach /bin/sh -c "echo \$\$ >'$FX_DIR/timer'; sleep $1; $AR_FIRES"
  AR_N=0
  until fx_line "$FX_DIR/timer"; do
    AR_N=$((AR_N + 1))
    [ "$AR_N" -lt 100 ] || return 1
    sleep 0.05 2>/dev/null || { sleep 1 && AR_N=$((AR_N + 19)); }
  done
  AR_PID=$FX_L
  fx_start "$AR_PID" || FX_L=''
  fx_write timer "$AR_PID ${FX_L:-0}" && arm_alive "$AR_PID ${FX_L:-0}"
}

# arm_alive "PID START …": whether that detached timer runs; 0 is a start that nobody can tell.
arm_alive() {
  # shellcheck disable=SC2086
  set -- $1
  [ "$2" != 0 ] || set -- "$1" ''
  fx_alive "$1" "$2"
}

# arm_back COMMANDS: the file of the way back. A machine that drowns may refuse at first; once it worked it is not done
# again. Whoever makes the folder `off` decides: the timer that fires, or the order that ends it. So one that could not be
# ended, or was armed late, does nothing; and who decided to revert is not stopped half way.
arm_back() {
  fx_write revert "trap '' HUP INT TERM
mkdir '$FX_DIR/off' 2>/dev/null || ! [ -d '$FX_DIR/off' ] || exit 0
AR_N=0
until { $1; }; do
  AR_N=\$((AR_N + 1))
  [ \$AR_N -lt 300 ] || exit 1
  sleep 1
done
: >'$FX_DIR/fired'" || fx_fail no-receipt "cannot write $FX_DIR/revert"
}

# arm_check: once the change is made. A timer that fired meanwhile, such as an earlier attempt's, was the last that would do
# anything: what was made after it is taken back at once.
arm_check() {
  [ -d "$FX_DIR/off" ] || return 0
  rmdir "$FX_DIR/off" 2>/dev/null
  /bin/sh "$FX_DIR/revert"
  fx_fail fired 'a timer fired meanwhile, and took it back: order it again'
}

# Before anything is changed, so that a refusal is one.
arm_possible() {
  fx_systemd || fx_has setsid || fx_refuse no-timer 'neither systemd-run nor setsid is here: nothing would take this back'
}

# armed DIR UNIT: whether a timer of it still runs. Where systemd does not answer nobody can tell: then it counts as one that does.
armed() {
  [ ! -d "$1/off" ] || return 1
  ! fx_line "$1/timer" || ! arm_alive "$FX_L" || return 0
  ! fx_systemd || ! sd systemctl is-active --quiet "$2.timer" || return 0
  [ -n "$SD_DEAD" ]
}

# arm_say: what verify tells of the timers of this step.
arm_say() {
  FX_K=no
  if armed "$FX_DIR" "$AR_UNIT"; then
    FX_K=yes
    if ! fx_systemd || ! sd systemctl is-active --quiet "$AR_UNIT.timer"; then fx_data timer detached; fi
    [ -z "$SD_DEAD" ] || fx_say 'systemd does not answer'
  fi
  fx_data armed "$FX_K"
}

# arm_end "PID START …": ends a detached timer, if it is still the same process. Its sleep is a child in the same session of its own.
arm_end() {
  AR_N=0
  while arm_alive "$1" && [ "$AR_N" -lt 10 ]; do
    kill -TERM "-${1%% *}" 2>/dev/null || kill -TERM "${1%% *}" 2>/dev/null
    AR_N=$((AR_N + 1))
    ! arm_alive "$1" || sleep 0.02 2>/dev/null || sleep 1
  done
}

# disarm DIR UNIT: false when the timer still runs and means it, or fires just now.
disarm() {
  arm_off "$1"
  arm_stop "$1" "$2"
}

# arm_off DIR: AR_OFF is 0 when it is we who decide.
arm_off() {
  mkdir "$1/off" 2>/dev/null
  AR_OFF=$?
}

# arm_stop DIR UNIT: where `off` could not be made, both must have ended.
arm_stop() {
  AR_FIRST=''
  ! fx_line "$1/timer" || { AR_FIRST=$FX_L && arm_end "$AR_FIRST"; }
  ! fx_systemd || sd systemctl stop "$2.timer" 2>/dev/null
  rm -f "$1/timer" 2>/dev/null
  [ "$AR_OFF" -ne 0 ] || return 0
  [ ! -d "$1/off" ] && [ -z "$SD_DEAD" ] || return 1
  [ -z "$AR_FIRST" ] || ! arm_alive "$AR_FIRST" || return 1
  ! fx_systemd || ! sd systemctl is-active --quiet "$2.timer"
}

act_keep() {
  [ ! -e "$FX_DIR/fired" ] || fx_fail fired 'its timer took it back already'
  if [ -e "$FX_DIR/kept" ]; then
    FX_STATE=already
    return 0
  fi
  armed "$FX_DIR" "$AR_UNIT" || fx_fail not-armed 'no timer of this step runs here'
  arm_off "$FX_DIR"
  # Said at once: were we to end now, nothing would take it back.
  [ "$AR_OFF" -ne 0 ] || fx_write kept "$FX_NONCE $FX_NOW"
  if ! arm_stop "$FX_DIR" "$AR_UNIT"; then
    [ ! -d "$FX_DIR/off" ] || fx_fail fired 'its timer takes it back just now'
    fx_fail still-armed 'the timer could not be stopped'
  fi
  fx_write kept "$FX_NONCE $FX_NOW"
  rm -f "$AR_PENDING" 2>/dev/null
  fx_say 'kept'
}

# arm_undo: for undo, before the way back is taken by hand.
arm_undo() {
  ! armed "$FX_DIR" "$AR_UNIT" || disarm "$FX_DIR" "$AR_UNIT"
  # One that systemd arms late finds this.
  mkdir "$FX_DIR/off" 2>/dev/null
  fx_line "$AR_PENDING" || return 0
  case $FX_L in "$FX_DIR "*) rm -f "$AR_PENDING" 2>/dev/null ;; esac
}
