# A change that could cut off the operator: the node reverts it unless it is kept.
# The revert is the file $FX_DIR/revert, a script that needs nothing else of Fireaxe. AR_ELSE is a shorter revert that stands in
# the timer itself; no dollar sign and no semicolon, which systemd reads differently after daemon-reexec.
# needs: timers systemd-timer common/write common/result
# shellcheck shell=sh

# arm SECONDS: starts two timers that need nothing of each other, and reads each back; refuses where neither keeps time.
# One is a detached process, which no systemd command ends; the other is systemd's, which survives when processes are killed.
# Whichever is first makes `off` and reverts; the other reverts only if the first one is killed over it (arm_back).
arm() {
  # From an earlier attempt.
  rm -rf "$FX_DIR/off"
  AR_FIRST='' AR_BY=''
  ! fx_line "$FX_DIR/timer" || AR_FIRST=$FX_L
  # If the step's folder was removed, and the revert with it, the timer removes the change; what it replaced is lost.
  AR_FIRES="[ ! -e '$FX_DIR/revert' ] && $AR_ELSE || exec /bin/sh '$FX_DIR/revert'"
  ! arm_detached "$1" || AR_BY=detached
  # The timers of an interrupted attempt would revert what is kept now.
  [ -z "$AR_FIRST" ] || arm_end "$AR_FIRST"
  [ -z "$FX_REDO" ] || ! fx_systemd || sd systemctl stop "$AR_UNIT.timer" 2>/dev/null
  if fx_systemd && arm_systemd "$1"; then
    AR_BY="$AR_BY systemd"
  elif [ -n "$AR_BY" ]; then
    fx_data timer detached
    ! [ -d "$FX_ROOT/run/systemd/system" ] || ! fx_has systemd-run || fx_say 'systemd-run failed: a detached process is the only timer'
  fi
  [ -n "$AR_BY" ] || fx_fail not-armed 'neither systemd-run nor setsid started a timer: nothing would revert this'
  { printf '%s\n' "$FX_DIR $AR_UNIT" >"$AR_PENDING"; } 2>/dev/null || {
    disarm "$FX_DIR" "$AR_UNIT"
    fx_fail no-receipt "cannot write $AR_PENDING"
  }
}

# arm_detached SECONDS: the file `timer` names its process and start.
arm_detached() {
  fx_has setsid || return 1
  # In the drill, a machine that is switched off would not end it.
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

# arm_back COMMANDS: writes the revert. An overloaded machine may refuse at first, so it is tried again until it works once.
# The first to make `off` decides. A timer makes a folder, which names its process: the other timer waits for it, and
# reverts itself when that process is gone with the work undone. An order makes a link (arm_off): then no timer reverts,
# also one that could not be ended or was armed late. A revert that has begun ignores TERM.
arm_back() {
  fx_write revert "trap '' HUP INT TERM
cd '$FX_DIR' || exit 1
if mkdir off 2>/dev/null; then
  ln -s \$\$ off/by
elif [ -L off ]; then
  exit 0
elif [ -d off ]; then
  AR_N=0
  while [ \$AR_N -lt 3 ]; do
    [ ! -e fired ] && [ ! -e kept ] && [ ! -e undone ] || exit 0
    AR_P=\$(readlink off/by) && kill -0 \"\$AR_P\" 2>/dev/null || AR_N=\$((AR_N + 1))
    sleep 1
  done
fi
AR_N=0
until { $1; }; do
  AR_N=\$((AR_N + 1))
  [ \$AR_N -lt 300 ] || exit 1
  sleep 1
done
: >fired" || fx_fail no-receipt "cannot write $FX_DIR/revert"
}

# arm_check: once the change is made. If a timer fired meanwhile, such as an earlier attempt's, no timer is left that would
# revert what was made after it: it is reverted at once.
arm_check() {
  [ -d "$FX_DIR/off" ] || return 0
  rm -rf "$FX_DIR/off"
  /bin/sh "$FX_DIR/revert"
  fx_fail fired 'a timer fired meanwhile and reverted it; next: run the step again'
}

# arm_possible: refuses before anything is changed.
arm_possible() {
  fx_systemd || fx_has setsid || fx_refuse no-timer 'neither systemd-run nor setsid is here: nothing would revert this'
}
