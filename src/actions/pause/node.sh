# Pause: a component's manifest is renamed out of the kubelet's sight, and back; a component that systemd runs is masked.
# needs: manifest running take undo unit
# shellcheck shell=sh

act_look() {
  FX_STATE=already
  for PA_COMPONENT in $P_COMPONENT; do pause_look "$PA_COMPONENT"; done
  # An interrupted order is completed: what it did is not `already`.
  [ -z "$FX_REDO" ] || FX_STATE=would
  [ "$FX_STATE" = would ] || fx_say 'paused already'
}

pause_look() {
  pause_find "$1"
  pause_key "$1"
  pause_count "$1"
  fx_data "${PA_KEY}_running" "$PA_RUNNING"
  [ "$PA_CRI" = yes ] || fx_data crictl 'no answer'
  if [ -n "$PA_IN" ]; then
    pause_movable
    fx_before "$PA_KEY" "in $PA_IN"
    FX_STATE=would
    fx_say "will move $PA_IN out"
    pause_kubelet "$PA_IN"
    [ -z "$PA_KUBELET" ] || fx_data kubelet_since "$PA_KUBELET"
  elif [ -z "$PA_OUT" ]; then
    pause_unit_there "$1" || pause_nothing "$1"
    pause_unit_look
  elif [ "$PA_RUNNING" -gt 0 ]; then
    fx_before "$PA_KEY" "out $PA_OUT"
    FX_STATE=would
    fx_say "$PA_OUT is moved out, yet its pod runs: will freeze it"
  else
    fx_before "$PA_KEY" "frozen $PA_OUT"
  fi
}

# pause_movable: refuses if PA_IN cannot be renamed, or its name cannot be put into the before-state.
pause_movable() {
  PA_F=$FX_ROOT$PA_IN
  case $PA_IN in *[!\ -~]*) fx_refuse odd-name 'the name of the manifest is not ASCII' ;; esac
  [ ! -L "$PA_F" ] || fx_refuse odd-name "$PA_IN is a link"
  PA_D=${PA_F%/*}
  # Only within one mount is it a rename: the kubelet could read half of a copy.
  PA_L=$(df -P "$PA_D" "${PA_D%/*}" 2>/dev/null) || fx_refuse no-tool "df does not show the file system of $PA_IN"
  PA_T=${PA_L##*"$FX_NL"} PA_L=${PA_L%"$FX_NL"*}
  PA_L=${PA_L##*"$FX_NL"}
  [ "${PA_L##*% }" = "${PA_T##*% }" ] || fx_refuse other-mount "${PA_IN%/*} is a separate mount: a rename cannot leave it"
  [ -w "$PA_D" ] && [ -w "${PA_D%/*}" ] || fx_refuse read-only "cannot write in ${PA_IN%/*} and its parent"
}

act_apply() {
  PA_LEFT=$P_WAIT
  [ "$PA_LEFT" -le $((FX_DEADLINE - 12)) ] || PA_LEFT=$((FX_DEADLINE - 12))
  for PA_COMPONENT in $P_COMPONENT; do
    pause_find "$PA_COMPONENT"
    if [ -n "$PA_IN" ]; then pause_take; elif [ -z "$PA_OUT" ]; then pause_unit_take "$PA_COMPONENT"; fi
  done
  for PA_COMPONENT in $P_COMPONENT; do pause_await "$PA_COMPONENT"; done
}

act_verify() {
  for PA_COMPONENT in $P_COMPONENT; do
    pause_find "$PA_COMPONENT"
    pause_key "$PA_COMPONENT"
    pause_count "$PA_COMPONENT"
    fx_data "${PA_KEY}_running" "$PA_RUNNING"
    fx_data "${PA_KEY}_frozen" "$PA_FROZEN"
    [ -z "$PA_IN" ] || fx_fail not-held "$PA_IN exists again"
    [ -n "$PA_OUT" ] || pause_unit_verify "$PA_COMPONENT"
    [ "$PA_RUNNING" -eq 0 ] || fx_fail not-held "$PA_COMPONENT runs"
    if [ -n "$PA_OUT" ]; then fx_say "$PA_COMPONENT is moved out"; else fx_say "$UN_ALL stopped and masked"; fi
  done
}
