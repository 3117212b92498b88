# Holds processes by exact name, command line, owner and cgroup.
# needs: watching none until lost
# shellcheck shell=sh

# hold_guard: the watch would also stop the login that has to undo the hold.
hold_guard() {
  for HO_P in $HO_WAY; do
    ho_like "$FX_ROOT/proc/$HO_P" "$FX_ROOT/proc/$HO_P" || continue
    fx_refuse own-way "this login is one of them (process $HO_P, $HO_C); next: name the process more closely"
  done 2>/dev/null
}

process_look() {
  hold_owner
  HO_WATCH=off HO_SOON=''
  ! hold_watching || HO_WATCH=on
  if [ "$HO_WATCH" = on ]; then hold_settle; else hold_count; fi
  [ -n "$P_PODS" ] || hold_guard
  fx_data running "$HO_RUNNING"
  fx_data held "$HO_HELD"
  HO_SEEN=0
  if hold_none; then HO_TELL='none found'; else HO_TELL="$HO_RUNNING running, $HO_HELD stopped"; fi
  fx_before watch "$HO_WATCH"
  if [ "$HO_WATCH" = on ]; then
    hold_soon
    [ -n "$HO_SOON" ] || [ "$HO_RUNNING" -gt 0 ] || return 0
  else
    hold_noted
    fx_systemd || fx_has setsid || fx_refuse no-tool 'neither systemd-run nor setsid is here to keep a hold'
  fi
  FX_STATE=would
  if [ "$P_HOW" = network ]; then HO_K='cut them off the API'; else HO_K="$P_HOW them"; fi
  fx_say "$HO_TELL; will $HO_K, and any that start later"
}

process_apply() {
  mkdir -p "$HO_HERE" || fx_fail no-receipt "cannot make $HO_HERE"
  rm -f "$HO_HERE/pass"
  if hold_watching; then
    [ -z "$HO_SOON" ] || hold_longer
  else
    rm -f "$HO_HERE/until" "$HO_HERE/killed"
    { printf '%s\n' "$IN_WATCH" >"$HO_HERE/watch.sh"; } 2>/dev/null || fx_fail no-receipt "cannot write $HO_HERE/watch.sh"
    hold_watch || fx_fail no-watch 'the watch does not run, so nothing is held'
  fi
  # Only the watch holds processes: two writers would fight over the same list.
  HO_N=0
  until [ -e "$HO_HERE/pass" ]; do
    HO_N=$((HO_N + 1))
    # A detached watch takes a moment to write its PID.
    { [ "$HO_N" -lt 50 ] && { hold_watching || { [ -e "$HO_HERE/detached" ] && [ "$HO_N" -lt 25 ]; }; }; } ||
      fx_fail no-watch 'the watch runs, but does not look for processes'
    sleep 0.2 2>/dev/null || sleep 1
  done
  hold_settle
  fx_data running "$HO_RUNNING"
  fx_data held "$HO_HELD"
  [ "$HO_RUNNING" -eq 0 ] || fx_fail not-held "$HO_RUNNING still run"
  if hold_none; then fx_say 'none found; will hold any that start later'; else fx_say "$HO_HELD held"; fi
  [ -z "$P_PODS" ] || pods_applied
}

process_verify() {
  hold_owner
  hold_settle
  fx_data running "$HO_RUNNING"
  fx_data held "$HO_HELD"
  fx_say "$HO_HELD held, $HO_RUNNING running"
  [ ! -e "$HO_HERE/detached" ] || fx_data watch detached
  hold_watching || fx_fail no-watch 'no watch runs here'
  [ "$HO_RUNNING" -eq 0 ] || fx_fail not-held 'some still run'
}

process_undo() {
  # A hold that was there before belongs to another step.
  if [ "$B_watch" = on ]; then
    hold_shorter
    fx_say 'the hold was there before; it stays'
    return 0
  fi
  HO_LATE=''
  ! fx_line "$HO_HERE/detached" || HO_LATE=$FX_L
  # From here on, any watch ends.
  rm -f "$HO_HERE/who" 2>/dev/null
  if hold_watching; then
    [ -e "$HO_HERE/detached" ] || ! fx_systemd || sd systemctl stop "$HO_UNIT.service" 2>/dev/null
    HO_N=0
    while hold_alive; do
      kill "$HO_W" 2>/dev/null
      HO_N=$((HO_N + 1))
      [ "$HO_N" -lt 25 ] || fx_fail still-held "cannot end the watch, process $HO_W"
      sleep 0.2 2>/dev/null || sleep 1
    done
  fi
  [ -d "$HO_HERE" ] || hold_lost
  ho_release
  fx_say "$HO_N released"
  [ -z "$P_PODS" ] || pods_undone
  hold_forget
  if [ -n "$HO_LATE$SD_DEAD" ]; then
    # A watch that systemd starts late must end at once.
    rm -rf "$HO_HERE"
    mkdir "$HO_HERE" && echo 'exit 0' >"$HO_HERE/watch.sh"
  else
    rm -rf "$HO_HERE" 2>/dev/null
  fi
}
