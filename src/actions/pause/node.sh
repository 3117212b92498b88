# Pause: a component's manifest is renamed out of the kubelet's sight, and back; a component that systemd runs is masked.
# needs: aside manifest running take undo unit
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
