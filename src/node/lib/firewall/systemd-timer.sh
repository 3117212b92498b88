# systemd's timer of an armed change, set for a point in time counted from systemd's own start: a delay counted from the
# arming (--on-active) starts over with every daemon-reload.
# needs: timers common/clock
# shellcheck shell=sh

arm_systemd() {
  if arm_started; then
    arm_now && arm_at "$1" "$AR_NOW" || return 1
    ! arm_agrees || return 0
    # /proc/uptime shows another clock (a container's, or it counts sleep). The timer itself told systemd's.
    sd systemctl stop "$AR_UNIT.timer" 2>/dev/null
    arm_at "$1" "$AR_SEEN" && sd systemctl is-active --quiet "$AR_UNIT.timer"
  else
    arm_run "--on-active=$1s" && sd systemctl is-active --quiet "$AR_UNIT.timer"
  fi
}

arm_run() {
  sd systemd-run --quiet --unit="$AR_UNIT" --description="Fireaxe reverts $FX_ACTION unless it is kept" \
    "$1" --timer-property=AccuracySec=1s --setenv=PATH="$PATH" /bin/sh -c "$AR_FIRES"
}

# arm_at SECONDS NOW: arms it that long after NOW, which is in hundredths of a second.
arm_at() { arm_run "--on-startup=$(($2 - AR_BASE + $1 * 100))0ms"; }

# arm_started: AR_BASE is when systemd started; false if it does not tell.
arm_started() {
  sd systemctl show --property=UserspaceTimestampMonotonic && arm_stamp UserspaceTimestampMonotonic && AR_BASE=$AR_T
}

# arm_now: AR_NOW is the time since boot.
arm_now() {
  stack_clock || return 1
  AR_NOW=$ST_CLOCK
  case $AR_NOW in *[!0-9]* | '' | 0*) return 1 ;; esac
}

# arm_stamp NAME: AR_T is that time of SD_OUT, in hundredths of a second.
arm_stamp() {
  case $FX_NL$SD_OUT in *"$FX_NL$1="[1-9]????*) ;; *) return 1 ;; esac
  AR_T=$FX_NL$SD_OUT
  AR_T=${AR_T#*"$FX_NL$1="}
  AR_T=${AR_T%%"$FX_NL"*}
  AR_T=${AR_T%????}
  case $AR_T in *[!0-9]* | '') return 1 ;; esac
}

# arm_agrees: whether the timer runs, and started at the same time by systemd's clock as by /proc/uptime. AR_SEEN is systemd's time.
arm_agrees() {
  AR_SEEN=$AR_NOW
  sd systemctl show --property=ActiveState,ActiveEnterTimestampMonotonic "$AR_UNIT.timer" || return 1
  case $SD_OUT in *ActiveState=active*) ;; *) return 1 ;; esac
  arm_stamp ActiveEnterTimestampMonotonic || return 1
  AR_SEEN=$AR_T AR_T=$AR_NOW
  arm_now || return 1
  [ "$AR_SEEN" -ge $((AR_T - 100)) ] && [ "$AR_SEEN" -le $((AR_NOW + 100)) ]
}
