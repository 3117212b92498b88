# Undoes the hold of a unit: removes only what was added, starts only what ran.
# needs: unit-with common/systemd
# shellcheck shell=sh

# unit_undo: removes only what was added, starts only what ran.
unit_undo() {
  [ -n "$B_unit" ] || return 0
  fx_need systemctl
  unit_with_found
  UN_START='' UN_UNMASK='' UN_LIFT='' UN_LIFT_RUN=''
  for FX_K in $B_unit $B_triggers; do
    # A name may contain a colon.
    UN_K=${FX_K%:*:*:*}
    FX_L=${FX_K#"$UN_K":}
    FX_N=$FX_L
    case $FX_L in *:masked:*) ;; *) UN_UNMASK="$UN_UNMASK $UN_K" ;; esac
    # Triggers come first: a service that one of them would start is started explicitly after it.
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
    # A unit masked there was not masked before: Fireaxe did it, also if the note of it was removed.
    UN_C=$FX_ROOT/run/systemd/system.control UN_K=''
    for FX_K in $UN_UNMASK; do [ "$(readlink "$UN_C/$FX_K")" != /dev/null ] || { rm -f "$UN_C/$FX_K" && UN_K=1; }; done
    if [ -n "$UN_K" ] || [ -e "$FX_DIR/control" ]; then
      rm -f "$FX_DIR/control"
      # An empty folder was made by Fireaxe.
      rmdir "$UN_C" 2>/dev/null
    fi
    if [ -e "$FX_DIR/transient" ]; then
      # A hard link needs no room.
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
  fx_say "unmasked:${UN_UNMASK:- nothing}${UN_START:+; started ${UN_START% }}${B_with:+; also started $B_with}"
}

# unit_lost: names what did not start again, and why if that is known.
unit_lost() {
  FX_N=''
  case "$B_unit $B_triggers" in *:transient*) [ -e "$FX_DIR/transient" ] || FX_N=': it was a transient unit, and its text went with /run/fireaxe' ;; esac
  for FX_K in $UN_UNMASK; do
    [ ! -L "$FX_ROOT/run/systemd/system/$FX_K" ] || FX_N=": its mask, $FX_ROOT/run/systemd/system/$FX_K, cannot be removed"
  done
  fx_fail not-started "cannot start ${UN_START% }$FX_N"
}

# unit_lift unmask|mask: a unit that ran although it was masked starts only without the mask: it is removed for that moment.
unit_lift() {
  # shellcheck disable=SC2086
  [ -z "$UN_LIFT" ] || systemctl "$1" --no-reload -- $UN_LIFT >/dev/null 2>&1
  # shellcheck disable=SC2086
  [ -z "$UN_LIFT_RUN" ] || systemctl "$1" --runtime --no-reload -- $UN_LIFT_RUN >/dev/null 2>&1
  [ -z "$UN_LIFT$UN_LIFT_RUN" ] || sd_reload
}
