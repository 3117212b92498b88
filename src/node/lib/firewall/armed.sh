# A change that could cut off the operator: the node reverts it unless it is kept.
# The revert is the file $FX_DIR/revert, a script that needs nothing else of Fireaxe. AR_ELSE is a shorter revert that stands in
# the timer itself; no dollar sign and no semicolon, which systemd reads differently after daemon-reexec.
# needs: timers systemd-timer common/write common/result
# shellcheck shell=sh

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
