# Holds a unit of systemd, and the sockets, timers and paths that would start it: masked at run time, then stopped.
# needs: unit-read unit-never unit-with common/systemd
# shellcheck shell=sh

unit_look() {
  fx_need systemctl
  unit_named
  [ "$UN_LoadState" != not-found ] || fx_refuse not-found "there is no $P_UNIT here"
  hold_own
  unit_guard
  UN_ALL=$UN_Id UN_MASK=''
  [ "$UN_LoadState" = masked ] || UN_MASK=$UN_Id
  fx_before unit "$UN_Id:$UN_ActiveState:$UN_LoadState:${UN_UnitFileState:-none}"
  fx_data active "$UN_ActiveState"
  unit_manual
  UN_HELD=1 UN_T=$UN_TriggeredBy UN_B='' UN_GROUP=$UN_ControlGroup UN_MODE=$UN_KillMode UN_TRANSIENT='' UN_NEED=$UN_NEEDED UN_WITH=''
  [ "$UN_LoadState" = masked ] && unit_down || UN_HELD=''
  unit_transient
  [ -z "$FX_REDO" ] || unit_triggers
  for UN_K in $UN_T; do
    unit_read "$UN_K"
    unit_manual
    unit_transient
    UN_NEED="$UN_NEED $UN_NEEDED"
    UN_ALL="$UN_ALL $UN_K"
    [ "$UN_LoadState" = masked ] || UN_MASK="$UN_MASK $UN_K"
    UN_B="$UN_B${UN_B:+ }$UN_K:$UN_ActiveState:$UN_LoadState:${UN_UnitFileState:-none}"
    [ "$UN_LoadState" = masked ] && unit_down || UN_HELD=''
  done
  [ -z "$UN_B" ] || fx_before triggers "$UN_B"
  [ -z "$UN_HELD" ] || return 0
  unit_with
  [ -z "$UN_WITH" ] || unit_with_note
  FX_STATE=would
  fx_say "will mask and stop $UN_ALL${UN_WITH:+; also stops$UN_WITH}"
}

# unit_triggers: systemd may have forgotten what an earlier attempt stopped; the receipt has it.
unit_triggers() {
  UN_B=$FX_BEFORE
  fx_recall_before
  FX_BEFORE=$UN_B UN_B=''
  for FX_K in ${B_triggers-}; do
    FX_K=${FX_K%:*:*:*}
    case " $UN_T " in *" $FX_K "*) ;; *) UN_T="$UN_T $FX_K" ;; esac
  done
}

unit_apply() {
  # systemd forgets a transient unit that is stopped; only its text can bring it back.
  for UN_K in $UN_TRANSIENT; do
    cp "$UN_K" "$FX_DIR/${UN_K##*/}" && printf '%s\n' "${UN_K##*/}" >>"$FX_DIR/transient" || fx_fail no-receipt "cannot save $UN_K"
  done
  unit_with_keep
  # Masked first, so that nothing starts it again; reloaded last: a masked unit forgets how it is stopped (ExecStop,
  # KillMode), and processes that its stop leaves running would be killed. A unit that is masked already gets no second mask.
  # shellcheck disable=SC2086
  [ -z "$UN_MASK" ] || systemctl mask --runtime --no-reload -- $UN_MASK >/dev/null 2>&1
  # shellcheck disable=SC2086
  systemctl stop -- $UN_ALL || fx_say 'systemctl stop reported an error'
  [ -z "$UN_MASK" ] || sd_reload
  UN_BAD='' UN_UP='' UN_RELOAD='' UN_C=$FX_ROOT/run/systemd/system.control
  # An interrupted attempt may have left some that are not loaded yet.
  ! fx_line "$FX_DIR/control" || UN_RELOAD=$FX_L
  for UN_K in $UN_ALL; do
    unit_read "$UN_K"
    unit_down || UN_UP="$UN_UP $UN_K"
    [ "$UN_LoadState" != masked ] || continue
    # A unit file under /etc wins over a mask in /run; this place wins over both and is gone after a reboot too.
    [ -L "$UN_C/$UN_K" ] || UN_RELOAD="$UN_RELOAD $UN_K"
  done
  if [ -n "$UN_RELOAD" ]; then
    # Noted first: without a note, the link would not be removed.
    fx_write control "$UN_RELOAD" && mkdir -p "$UN_C" || fx_fail no-receipt "cannot write $FX_DIR/control or make $UN_C"
    for UN_K in $UN_RELOAD; do [ -L "$UN_C/$UN_K" ] || ln -s /dev/null "$UN_C/$UN_K"; done
    sd_reload
    UN_UP="$UN_UP $UN_RELOAD"
  fi
  # Units that started again before the mask was in force.
  # shellcheck disable=SC2086
  [ -z "$UN_UP" ] || systemctl stop -- $UN_UP 2>/dev/null
  unit_state
  [ -z "$UN_BAD" ] || fx_fail not-held "$UN_BAD"
  unit_left
  [ "$UN_LEFT" -eq 0 ] || {
    fx_data left "$UN_LEFT"
    [ "$UN_MODE" != none ] || fx_fail not-held "$UN_LEFT processes of $UN_Id keep running (KillMode=none); next: hold them by --cgroup"
    fx_say "$UN_LEFT of its processes keep running (KillMode=$UN_MODE)"
  }
  fx_say "$UN_ALL stopped and masked${B_with:+; also stopped ${B_with#@}}"
}

# unit_left: UN_LEFT counts the processes of the unit that its stop left running (KillMode).
unit_left() {
  UN_LEFT=0
  case $UN_GROUP in '' | /) return 0 ;; esac
  for FX_P in '' /unified /systemd; do
    [ -r "$FX_ROOT/sys/fs/cgroup$FX_P$UN_GROUP/cgroup.procs" ] || continue
    while read -r FX_K; do UN_LEFT=$((UN_LEFT + 1)); done <"$FX_ROOT/sys/fs/cgroup$FX_P$UN_GROUP/cgroup.procs"
    return 0
  done
}

# unit_state: UN_BAD names what of UN_ALL is not held.
unit_state() {
  UN_BAD=''
  for UN_K in $UN_ALL; do
    unit_read "$UN_K"
    # A transient unit that was stopped is gone, and the mask in its place may not be loaded yet.
    case $UN_LoadState in masked | not-found) ;; *) UN_BAD="$UN_BAD $UN_K is not masked" ;; esac
    unit_down || UN_BAD="$UN_BAD $UN_K is $UN_ActiveState"
  done
}

unit_verify() {
  fx_need systemctl
  unit_named
  UN_ALL=$UN_Id
  fx_data active "$UN_ActiveState"
  # A masked unit no longer shows its triggers; the receipt has them.
  fx_recall_before
  for FX_K in $B_triggers; do UN_ALL="$UN_ALL ${FX_K%:*:*:*}"; done
  unit_state
  [ -z "$UN_BAD" ] || fx_fail not-held "$UN_BAD"
  fx_say "$UN_ALL stopped and masked"
}
