# The two timers of an armed change: whether one still runs, and how both are ended.
# needs: common/systemd common/proc
# shellcheck shell=sh

AR_UNIT=fireaxe-$FX_ACTION-$FX_RUN-$FX_STEP
AR_PENDING=$FX_HOME/$FX_ACTION.armed

# arm_alive "PID START …": whether that detached timer runs; a start of 0 is unknown.
arm_alive() {
  # shellcheck disable=SC2086
  set -- $1
  [ "$2" != 0 ] || set -- "$1" ''
  fx_alive "$1" "$2"
}

# armed DIR UNIT: whether a timer of it still runs. Where systemd does not answer, its timer counts as running.
armed() {
  [ ! -d "$1/off" ] || return 1
  ! fx_line "$1/timer" || ! arm_alive "$FX_L" || return 0
  ! fx_systemd || ! sd systemctl is-active --quiet "$2.timer" || return 0
  [ -n "$SD_DEAD" ]
}

# arm_end "PID START …": ends a detached timer, if it is still the same process. Its sleep is in the same session.
arm_end() {
  AR_N=0
  while arm_alive "$1" && [ "$AR_N" -lt 10 ]; do
    kill -TERM "-${1%% *}" 2>/dev/null || kill -TERM "${1%% *}" 2>/dev/null
    AR_N=$((AR_N + 1))
    ! arm_alive "$1" || sleep 0.02 2>/dev/null || sleep 1
  done
}

# disarm DIR UNIT: ends both timers; false when one still runs and may revert, or reverts just now.
disarm() {
  arm_off "$1" ended
  arm_stop "$1" "$2"
}

# arm_off DIR WHY: AR_OFF is 0 when this order decides and not a timer. WHY is `keep` or `ended`. Such an `off` is a link, so
# that decision and reason are made in one step. It leads to a folder, as timers of an earlier version look for one. Its
# target ends in a dot: by that, ln fails where `off` is a folder already, instead of making a link within.
arm_off() {
  mkdir "$1/$2" 2>/dev/null
  ln -s "$2/." "$1/off" 2>/dev/null
  AR_OFF=$?
}

# arm_stop DIR UNIT: ends both timers. Where `off` could not be made, it is true only if both have ended.
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
