# A component that systemd runs, and not the kubelet: its unit is stopped and masked, as stop does it. Its part of the
# before-state is KEY_unit, KEY_triggers and KEY_with, where stop has unit, triggers and with.
# needs: aside manifest running hold/unit hold/unit-undo common/tools common/proc
# shellcheck shell=sh

# pause_unit_there COMPONENT: whether systemd knows its unit, which is then read.
pause_unit_there() {
  [ -d "$FX_ROOT/run/systemd/system" ] && fx_has systemctl || return 1
  P_UNIT=$1.service
  unit_named
  case $UN_LoadState in loaded | masked) ;; *) return 1 ;; esac
}

# pause_unit_part: B_unit, B_triggers and B_with are this component's part of the before-state.
pause_unit_part() {
  for PA_K in unit triggers with; do eval "B_$PA_K=\${B_${PA_KEY}_$PA_K-}"; done
}

pause_unit_look() {
  PA_B=$FX_BEFORE PA_D=$FX_DATA
  # An interrupted order may have stopped what systemd has forgotten since.
  [ -z "$FX_REDO" ] || fx_recall_before
  pause_unit_part
  FX_BEFORE=''
  unit_look
  PA_T=$FX_BEFORE FX_BEFORE=$PA_B FX_DATA=$PA_D
  FX_I=$IFS IFS=$FX_NL
  for PA_L in $PA_T; do FX_BEFORE=$FX_BEFORE${PA_KEY}_$PA_L$FX_NL; done
  IFS=$FX_I
}

# pause_unit_take COMPONENT: holds its unit. The note, for a reading of what is in force, goes with the mask at a reboot.
pause_unit_take() {
  pause_unit_there "$1" || fx_fail not-held "there is no $P_UNIT here any more"
  pause_key "$1"
  # Of several components, the look of each was for its own unit.
  PA_S=$FX_STATE PA_N=$FX_NOTE PA_WAS=$FX_BEFORE
  FX_STATE=already
  pause_unit_look
  PA_T=$FX_STATE FX_STATE=$PA_S FX_NOTE=$PA_N FX_BEFORE=$PA_WAS
  [ "$PA_T" = would ] || return 0
  pause_unit_part
  { printf '%s\n' "$FX_RUN/$FX_STEP $UN_Id" >"$FX_HOME/paused-$1"; } 2>/dev/null || fx_fail no-receipt "cannot write in $FX_HOME"
  unit_apply
}

# pause_unit_await COMPONENT: it has stopped; nothing else may run it.
pause_unit_await() {
  pause_key "$1"
  pause_count "$1"
  fx_data "${PA_KEY}_running" "$PA_RUNNING"
  [ "$PA_RUNNING" -eq 0 ] || fx_fail not-held "$1 still runs:$PA_LOOSE"
}

pause_unit_verify() {
  pause_unit_there "$1" || fx_fail missing "no manifest of $1 is here, paused or not, and no unit"
  UN_ALL=$UN_Id
  fx_recall_before
  pause_unit_part
  for PA_L in $B_triggers; do UN_ALL="$UN_ALL ${PA_L%:*:*:*}"; done
  unit_state
  [ -z "$UN_BAD" ] || fx_fail not-held "$UN_BAD"
}

# pause_unit_undo COMPONENT: unmasks its unit, and starts it where it ran.
pause_unit_undo() {
  pause_unit_part
  unit_undo
  [ -z "$UN_UNMASK$UN_START" ] || PA_DID=1
  PA_F=$FX_HOME/paused-$1
  ! fx_line "$PA_F" || [ "${FX_L%% *}" != "$FX_RUN/$FX_STEP" ] || rm -f "$PA_F"
}

# pause_nothing COMPONENT: refuses: neither the kubelet nor systemd runs it here.
pause_nothing() {
  PA_WHY="no static pod of $1 is here (looked in $PA_DIRS), and no $1.service"
  for PA_P in $PA_LOOSE; do
    PA_T=''
    while read -r PA_L; do
      PA_L=${PA_L##*/}
      case $PA_L in *.service) PA_T=$PA_L ;; esac
    done 2>/dev/null <"$FX_ROOT/proc/$PA_P/cgroup"
    PA_WHY="$PA_WHY; process $PA_P runs in no pod${PA_T:+: hold it with fireaxe stop --unit $PA_T}"
  done
  [ ! -d "$FX_ROOT/var/lib/rancher/k3s/server" ] || PA_WHY="$PA_WHY; k3s runs it in its own process: fence only the offender (fence --on nodes --only)"
  fx_refuse no-manifest "$PA_WHY; leave pause out here (built-in playbooks: -p pause-controllers=false)"
}
