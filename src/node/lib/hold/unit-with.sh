# Other units that a stop takes down: those that need the unit that is held, and those that need them.
# needs: unit-never common/write
# shellcheck shell=sh

# unit_with: UN_WITH are the running units that systemd stops with those of UN_ALL, from UN_NEED on, the nearest first.
unit_with() {
  UN_SEEN=" $UN_ALL "
  while [ -n "$UN_NEED" ]; do
    UN_T=$UN_NEED UN_NEED=''
    for UN_K in $UN_T; do
      case $UN_SEEN in *" $UN_K "*) continue ;; esac
      UN_SEEN="$UN_SEEN$UN_K "
      unit_read "$UN_K"
      # A unit that is down passes the stop on.
      UN_NEED="$UN_NEED${UN_NEED:+ }$UN_NEEDED"
      ! unit_down || continue
      ! unit_reached || fx_refuse protected "$FX_K would stop with it, and this machine needs it to run or to be reached"
      case $UN_RefuseManualStart:$UN_K in
        yes:* | *.scope) fx_refuse protected "$UN_K would stop with it, and could not be started again: hold its processes by --cgroup" ;;
      esac
      unit_transient
      UN_WITH="$UN_WITH $UN_K"
    done
  done
}

# unit_with_note: a few of them are named in the before-state; of many, it has the number (`@40 units`) and the receipt the names.
unit_with_note() {
  # shellcheck disable=SC2086
  [ ${#UN_WITH} -le 400 ] || { set -- $UN_WITH && fx_before with "@$# units" && return; }
  fx_before with "${UN_WITH# }"
}

unit_with_keep() {
  case $B_with in @*) ;; *) return 0 ;; esac
  # An interrupted attempt saw all of them.
  [ -s "$FX_DIR/with" ] || fx_write with "${UN_WITH# }" || fx_fail no-receipt "cannot write $FX_DIR/with"
}

unit_with_found() {
  case $B_with in @*) ;; *) return 0 ;; esac
  # It is gone after a reboot, which started what is enabled.
  fx_line "$FX_DIR/with" || fx_say "this node no longer has a record of which ${B_with#@} were stopped with it"
  B_with=$FX_L
}

# unit_with_back: starts them again; a target on its own, or it would start everything that it wants.
unit_with_back() {
  UN_T='' UN_K=''
  for FX_K in $B_with; do
    case $FX_K in *.target) UN_T="$UN_T $FX_K" ;; *) UN_K="$UN_K $FX_K" ;; esac
  done
  # shellcheck disable=SC2086
  [ -z "$UN_K" ] || systemctl start -- $UN_K || FX_CODE=not-started
  # shellcheck disable=SC2086
  [ -z "$UN_T" ] || systemctl start --job-mode=ignore-dependencies -- $UN_T || FX_CODE=not-started
  [ -z "$FX_CODE" ] || fx_fail not-started "cannot start $B_with, which stopped with $UN_START"
}
