# Holds a unit of systemd, and the sockets, timers and paths that would start it: masked at run time, then stopped.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# unit_read UNIT: UN_… are its properties.
unit_read() {
  UN_Id='' UN_Names='' UN_LoadState='' UN_ActiveState='' UN_UnitFileState='' UN_FragmentPath='' UN_TriggeredBy=''
  UN_RefuseManualStart='' UN_RefuseManualStop='' UN_KillMode='' UN_ControlGroup='' UN_NEEDED=''
  within_by
  UN_OUT=$(within $((FX_DEADLINE / 2)) systemctl show \
    --property=Id,Names,LoadState,ActiveState,UnitFileState,FragmentPath,TriggeredBy,RefuseManualStart,RefuseManualStop,KillMode,ControlGroup,RequiredBy,RequisiteOf,BoundBy,ConsistsOf,PropagatesStopTo -- "$1") || unit_mute
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $UN_OUT; do
    case $FX_K in
      Id=* | Names=* | LoadState=* | ActiveState=* | UnitFileState=* | FragmentPath=* | TriggeredBy=* | \
        RefuseManualStart=* | RefuseManualStop=* | KillMode=* | ControlGroup=*)
        FX_L=${FX_K#*=}
        eval "UN_${FX_K%%=*}=\$FX_L"
        ;;
      RequiredBy=?* | RequisiteOf=?* | BoundBy=?* | ConsistsOf=?* | PropagatesStopTo=?*) UN_NEEDED="$UN_NEEDED ${FX_K#*=}" ;;
    esac
  done
  IFS=$FX_I
  unit_names "$UN_Names" && UN_Names=$UN_N
  unit_names "$UN_TriggeredBy" && UN_TriggeredBy=$UN_N
  unit_names "$UN_NEEDED" && UN_NEEDED=$UN_N
}

# unit_named: reads the unit that was asked for. Another name of one that is masked is an error to systemd: its link tells the unit.
unit_named() {
  unit_read "$P_UNIT"
  [ "$UN_LoadState" = error ] || return 0
  for FX_K in etc run usr/local/lib usr/lib lib; do
    FX_L=$(readlink "$FX_ROOT/$FX_K/systemd/system/$P_UNIT") || continue
    case ${FX_L##*/} in null | "$P_UNIT") ;; *) unit_read "${FX_L##*/}" ;; esac
    return 0
  done
}

unit_mute() {
  [ -z "$FX_RECORD" ] || fx_fail no-systemd 'systemd does not answer'
  fx_refuse no-systemd 'systemd does not answer'
}

# unit_names LIST: UN_N are the names in it. In lists systemd quotes a name with a backslash, and doubles that.
unit_names() {
  UN_N=''
  for UN_W in $1; do
    case $UN_W in
      \"*\")
        UN_W=${UN_W#\"} UN_P=''
        UN_W=${UN_W%\"}
        while :; do
          case $UN_W in *'\\'*) UN_P=$UN_P${UN_W%%'\\'*}'\' UN_W=${UN_W#*'\\'} ;; *) break ;; esac
        done
        UN_W=$UN_P$UN_W
        ;;
    esac
    UN_N=$UN_N${UN_N:+ }$UN_W
  done
}

unit_down() { case $UN_ActiveState in inactive | failed) ;; *) return 1 ;; esac }

unit_guard() {
  ! unit_reached || fx_refuse protected "$FX_K is never stopped: this machine is run or reached by it"
  for FX_K in $UN_Id $UN_Names; do
    case $FX_K in
      *.service | *.socket | *.timer | *.path) ;;
      *) fx_refuse protected "$FX_K is no service, socket, timer or path" ;;
    esac
  done
}

# unit_manual: refused before anything is masked: what systemd would not stop, or not start again.
unit_manual() {
  ! unit_down || return 0
  [ "$UN_RefuseManualStop" != yes ] || fx_refuse protected "$UN_Id cannot be stopped by hand (RefuseManualStop): hold its processes by --cgroup"
  [ "$UN_RefuseManualStart" != yes ] || fx_refuse protected "$UN_Id could not be started again (RefuseManualStart): hold its processes by --cgroup"
}

# unit_left: processes of the unit that its stop left alone (KillMode): UN_LEFT counts them.
unit_left() {
  UN_LEFT=0
  case $UN_GROUP in '' | /) return 0 ;; esac
  for FX_P in '' /unified /systemd; do
    [ -r "$FX_ROOT/sys/fs/cgroup$FX_P$UN_GROUP/cgroup.procs" ] || continue
    while read -r FX_K; do UN_LEFT=$((UN_LEFT + 1)); done <"$FX_ROOT/sys/fs/cgroup$FX_P$UN_GROUP/cgroup.procs"
    return 0
  done
}

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
  fx_say "will mask and stop $UN_ALL${UN_WITH:+; with it end$UN_WITH}"
}

unit_transient() {
  case $UN_FragmentPath in "$FX_ROOT"/run/systemd/transient/* | /run/systemd/transient/*) UN_TRANSIENT="$UN_TRANSIENT $UN_FragmentPath" ;; esac
}

# unit_triggers: what an attempt before this stopped, systemd may have forgotten; the receipt has not.
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
  # Stopping a transient unit forgets it; its text is the only way back.
  for UN_K in $UN_TRANSIENT; do
    cp "$UN_K" "$FX_DIR/${UN_K##*/}" && printf '%s\n' "${UN_K##*/}" >>"$FX_DIR/transient" || fx_fail no-receipt "cannot save $UN_K"
  done
  unit_with_keep
  # Masked first, so that nothing starts it after; loaded last: a unit that is masked forgets how it is stopped (ExecStop,
  # KillMode), and all that it leaves alone would be killed. A mask that is there gets no second one under it.
  # shellcheck disable=SC2086
  [ -z "$UN_MASK" ] || systemctl mask --runtime --no-reload -- $UN_MASK >/dev/null 2>&1
  # shellcheck disable=SC2086
  systemctl stop -- $UN_ALL || fx_say 'systemctl stop complained'
  [ -z "$UN_MASK" ] || sd_reload
  UN_BAD='' UN_UP='' UN_RELOAD='' UN_C=$FX_ROOT/run/systemd/system.control
  # An attempt that was cut off may have left some, not loaded yet.
  ! fx_line "$FX_DIR/control" || UN_RELOAD=$FX_L
  for UN_K in $UN_ALL; do
    unit_read "$UN_K"
    unit_down || UN_UP="$UN_UP $UN_K"
    [ "$UN_LoadState" != masked ] || continue
    # A unit file under /etc wins over a mask in /run; this place wins over both and is gone after a reboot too.
    [ -L "$UN_C/$UN_K" ] || UN_RELOAD="$UN_RELOAD $UN_K"
  done
  if [ -n "$UN_RELOAD" ]; then
    # Noted first: a link without a note would never be taken away.
    fx_write control "$UN_RELOAD" && mkdir -p "$UN_C" || fx_fail no-receipt "cannot write $FX_DIR/control or make $UN_C"
    for UN_K in $UN_RELOAD; do [ -L "$UN_C/$UN_K" ] || ln -s /dev/null "$UN_C/$UN_K"; done
    sd_reload
    UN_UP="$UN_UP $UN_RELOAD"
  fi
  # What came up again before the mask held.
  # shellcheck disable=SC2086
  [ -z "$UN_UP" ] || systemctl stop -- $UN_UP 2>/dev/null
  unit_state
  [ -z "$UN_BAD" ] || fx_fail not-held "$UN_BAD"
  unit_left
  [ "$UN_LEFT" -eq 0 ] || {
    fx_data left "$UN_LEFT"
    [ "$UN_MODE" != none ] || fx_fail not-held "$UN_LEFT processes of $UN_Id run on (KillMode=none): hold them by --cgroup"
    fx_say "$UN_LEFT of its processes run on (KillMode=$UN_MODE)"
  }
  fx_say "$UN_ALL stopped and masked${B_with:+; with it ended ${B_with#@}}"
}

# unit_state: UN_BAD tells what is not held of UN_ALL.
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
  # A masked unit no longer tells its triggers; the receipt does.
  fx_recall_before
  for FX_K in $B_triggers; do UN_ALL="$UN_ALL ${FX_K%:*:*:*}"; done
  unit_state
  [ -z "$UN_BAD" ] || fx_fail not-held "$UN_BAD"
  fx_say "$UN_ALL stopped and masked"
}

# Only what was added is removed, only what ran is started.
unit_undo() {
  [ -n "$B_unit" ] || return 0
  fx_need systemctl
  unit_with_found
  UN_START='' UN_UNMASK='' UN_LIFT='' UN_LIFT_RUN=''
  for FX_K in $B_unit $B_triggers; do
    # Its name may hold a colon.
    UN_K=${FX_K%:*:*:*}
    FX_L=${FX_K#"$UN_K":}
    FX_N=$FX_L
    case $FX_L in *:masked:*) ;; *) UN_UNMASK="$UN_UNMASK $UN_K" ;; esac
    # Triggers first: a service that one of them would start is started by hand after it.
    case $FX_N in
      active:* | activating:* | reloading:*) UN_START="$UN_K $UN_START" ;;
      *) continue ;;
    esac
    case $FX_N in
      *:masked:masked-runtime) UN_LIFT_RUN="$UN_LIFT_RUN $UN_K" ;;
      *:masked:*) UN_LIFT="$UN_LIFT $UN_K" ;;
    esac
  done
  if [ -n "$UN_UNMASK" ]; then
    # shellcheck disable=SC2086
    systemctl unmask --runtime --no-reload -- $UN_UNMASK >/dev/null 2>&1
    # What is masked there was not before: it is ours, also where somebody removed the note of it.
    UN_C=$FX_ROOT/run/systemd/system.control UN_K=''
    for FX_K in $UN_UNMASK; do [ "$(readlink "$UN_C/$FX_K")" != /dev/null ] || { rm -f "$UN_C/$FX_K" && UN_K=1; }; done
    if [ -n "$UN_K" ] || [ -e "$FX_DIR/control" ]; then
      rm -f "$FX_DIR/control"
      # Ours if nothing else is in it.
      rmdir "$UN_C" 2>/dev/null
    fi
    if [ -e "$FX_DIR/transient" ]; then
      # A second name needs no room.
      while read -r FX_K; do
        UN_K=$FX_ROOT/run/systemd/system/$FX_K
        ln -f "$FX_DIR/$FX_K" "$UN_K" 2>/dev/null || cp "$FX_DIR/$FX_K" "$UN_K"
      done <"$FX_DIR/transient"
    fi
    sd_reload
  fi
  unit_lift unmask
  # shellcheck disable=SC2086
  [ -z "$UN_START" ] || systemctl start -- $UN_START || FX_CODE=not-started
  unit_lift mask
  [ -z "$FX_CODE" ] || unit_lost
  unit_with_back
  fx_say "back:${UN_UNMASK:- nothing unmasked}${UN_START:+; started ${UN_START% }}${B_with:+; with it $B_with}"
}

# unit_lost: what did not start again, and whether that is because it was in memory alone.
unit_lost() {
  FX_N=''
  case "$B_unit $B_triggers" in *:transient*) [ -e "$FX_DIR/transient" ] || FX_N=': it was a transient unit, and its text went with /run/fireaxe' ;; esac
  for FX_K in $UN_UNMASK; do
    [ ! -L "$FX_ROOT/run/systemd/system/$FX_K" ] || FX_N=": its mask, $FX_ROOT/run/systemd/system/$FX_K, cannot be removed"
  done
  fx_fail not-started "cannot start ${UN_START% }$FX_N"
}

# What ran on under a mask of others starts again only without it: lifted for as long as that takes.
unit_lift() {
  # shellcheck disable=SC2086
  [ -z "$UN_LIFT" ] || systemctl "$1" --no-reload -- $UN_LIFT >/dev/null 2>&1
  # shellcheck disable=SC2086
  [ -z "$UN_LIFT_RUN" ] || systemctl "$1" --runtime --no-reload -- $UN_LIFT_RUN >/dev/null 2>&1
  [ -z "$UN_LIFT$UN_LIFT_RUN" ] || sd_reload
}
