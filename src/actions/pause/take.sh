# Takes a manifest out of the kubelet's sight, and waits until the component has stopped.
# needs: aside manifest running unit freezer/freeze
# shellcheck shell=sh

# pause_take: moves PA_IN out. Its note beside it survives a reboot, as undo must work after one.
pause_take() {
  pause_aside "$PA_IN"
  pause_key "$PA_COMPONENT"
  [ -d "$PA_HOME" ] || mkdir -m 700 "$PA_HOME" || fx_fail not-moved "cannot make $PA_HOME"
  if [ -e "$PA_KEPT" ] && ! cmp -s "$FX_ROOT$PA_IN" "$PA_KEPT"; then
    # Somebody wrote another manifest meanwhile; the older one is not lost.
    mv "$PA_KEPT" "$PA_HOME/.$PA_BASE.before-$FX_RUN" || fx_fail not-moved "cannot move the older $PA_KEPT"
    fx_say "an older one is kept as .$PA_BASE.before-$FX_RUN"
  fi
  { printf '%s\n' "$FX_RUN/$FX_STEP" "$PA_KEY" "in $PA_IN" "$FX_ORDER" >"$PA_HOME/.$PA_BASE.note"; } 2>/dev/null ||
    fx_fail not-moved "cannot write in $PA_HOME"
  mv "$FX_ROOT$PA_IN" "$PA_KEPT" || fx_fail not-moved "cannot move $PA_IN"
}

# pause_await COMPONENT: waits until the kubelet has stopped its pod, else freezes it.
pause_await() {
  pause_find "$1"
  [ -z "$PA_IN" ] || fx_fail not-held "$PA_IN was written again: something else manages it"
  [ -n "$PA_OUT" ] || { pause_unit_await "$1" && return; }
  pause_key "$1"
  pause_kubelet "$PA_OUT"
  pause_count "$1"
  while [ "$PA_RUNNING" -gt 0 ] && [ "$PA_LEFT" -gt 0 ] && [ "$PA_KUBELET" != stopped ]; do
    sleep 1
    PA_LEFT=$((PA_LEFT - 1))
    pause_count "$1"
  done
  if [ "$PA_RUNNING" -gt 0 ]; then
    pause_aside "$PA_OUT"
    for PA_POD in $PA_PODS; do
      # Noted first: without a note, undo would not thaw it.
      { printf '%s\n' "$PA_POD" >>"$PA_HOME/.$PA_BASE.frozen"; } 2>/dev/null || fx_fail not-held "cannot write in $PA_HOME"
      pause_freeze "$PA_POD" || fx_fail not-held "cannot freeze ${PA_POD##*/} of $1"
    done
    pause_count "$1"
  fi
  fx_data "${PA_KEY}_running" "$PA_RUNNING"
  fx_data "${PA_KEY}_frozen" "$PA_FROZEN"
  [ -z "$PA_LOOSE" ] || fx_fail not-held "$1 runs outside any pod:$PA_LOOSE"
  [ "$PA_RUNNING" -eq 0 ] || fx_fail not-held "$1 still runs"
  if [ "$PA_FROZEN" -gt 0 ]; then
    fx_say "$1 moved out; the kubelet${PA_KUBELET:+ (since $PA_KUBELET)} did not stop its pod: the pod is frozen"
  else
    fx_say "$1 moved out and stopped"
  fi
  [ "$PA_CRI" = yes ] || fx_data crictl 'no answer'
}

# pause_freeze POD: freezes the pod, across restarts of its containers; false when it is not frozen soon.
pause_freeze() {
  freezer_set "$1" 1 || return 1
  PA_N=0
  until freezer_still "$1"; do
    PA_N=$((PA_N + 1))
    [ "$PA_N" -le 15 ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
  done
}
