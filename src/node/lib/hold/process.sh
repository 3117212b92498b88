# Holds processes by exact name, command line, owner and control group. P_KEY names this set of processes: one watch a set, whoever asked.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

HO_ROOT=$FX_ROOT
HO_NAME=$P_PROCESS HO_COMMAND=$P_CMDLINE HO_GROUP=$P_CGROUP HO_UID='' HO_HOW=$P_HOW HO_FOR=$P_FOR
HO_UNIT=fireaxe-hold-$P_KEY
HO_HERE=$FX_HOME/hold-$P_KEY
HO_OWN=$$

hold_owner() {
  case $P_USER in
    '') ;;
    *[!0-9]*) HO_UID=$(id -u "$P_USER" 2>/dev/null) || fx_refuse no-user "there is no user $P_USER here" ;;
    *) HO_UID=$P_USER ;;
  esac
}

# Our own shell and all above it are never meant, nor is any watch.
hold_own() {
  HO_OWN=$$ HO_P=$$
  while fx_line "$FX_ROOT/proc/$HO_P/stat"; do
    FX_L=${FX_L##*) }
    FX_L=${FX_L#? }
    HO_P=${FX_L%% *}
    [ "$HO_P" -gt 1 ] 2>/dev/null || break
    HO_OWN="$HO_OWN $HO_P"
  done
  HO_WAY=$HO_OWN
  set +f
  for HO_P in "$FX_HOME"/hold-*/watch; do ! fx_line "$HO_P" || HO_OWN="$HO_OWN $FX_L"; done
  set -f
}

# The watch would also meet the login that is to take the hold back.
hold_guard() {
  for HO_P in $HO_WAY; do
    ho_like "$FX_ROOT/proc/$HO_P" "$FX_ROOT/proc/$HO_P" || continue
    fx_refuse own-way "this login is of them (process $HO_P, $HO_C): name the offender more closely"
  done 2>/dev/null
}

# hold_count: HO_RUNNING and HO_HELD of the processes meant.
hold_count() {
  hold_own
  ho_scan
  HO_RUNNING=0 HO_HELD=0
  for HO_P in $HO_FOUND; do
    case $HO_P in *:[Tt]) HO_HELD=$((HO_HELD + 1)) ;; *) HO_RUNNING=$((HO_RUNNING + 1)) ;; esac
  done
}

# hold_settle: counts once the watch had time to meet what a supervisor started just now: it looks every second.
hold_settle() {
  HO_N=0
  while hold_count && [ "$HO_RUNNING" -gt 0 ] && [ "$HO_N" -lt 8 ]; do
    HO_N=$((HO_N + 1))
    sleep 1
  done
}

# hold_alive: whether the watch, HO_W, runs, whoever started it.
hold_alive() {
  fx_line "$HO_HERE/watch" || return 1
  HO_W=$FX_L
  fx_alive "$HO_W" '' || return 1
  # A process id is used again.
  ! fx_line "$FX_ROOT/proc/$HO_W/cmdline" || case $FX_L in *"$HO_HERE/watch.sh"*) ;; *) return 1 ;; esac
}

hold_watching() {
  ! hold_alive || return 0
  [ ! -e "$HO_HERE/detached" ] && fx_systemd || return 1
  # One that was killed is started again in a moment: `activating` until then.
  sd systemctl is-active "$HO_UNIT.service" 2>/dev/null
  case $SD_OUT in active | activating) ;; *) return 1 ;; esac
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
  if hold_none; then HO_TELL='none is here'; else HO_TELL="$HO_RUNNING running, $HO_HELD stopped"; fi
  fx_before watch "$HO_WATCH"
  if [ "$HO_WATCH" = on ]; then
    hold_soon
    [ -n "$HO_SOON" ] || [ "$HO_RUNNING" -gt 0 ] || return 0
  else
    hold_noted
    fx_systemd || fx_has setsid || fx_refuse no-tool 'neither systemd-run nor setsid is here to keep a hold'
  fi
  FX_STATE=would
  fx_say "$HO_TELL; will $P_HOW them and whatever returns"
}

process_apply() {
  mkdir -p "$HO_HERE" || fx_fail no-receipt "cannot make $HO_HERE"
  rm -f "$HO_HERE/pass"
  if hold_watching; then
    [ -z "$HO_SOON" ] || hold_longer
  else
    rm -f "$HO_HERE/until" "$HO_HERE/killed"
    { printf '%s\n' "$P_WATCH" >"$HO_HERE/watch.sh"; } 2>/dev/null || fx_fail no-receipt "cannot write $HO_HERE/watch.sh"
    hold_watch || fx_fail no-watch 'the watch does not run, so nothing was held'
  fi
  # The watch alone takes hold: two at it would fight over the same list.
  HO_N=0
  until [ -e "$HO_HERE/pass" ]; do
    HO_N=$((HO_N + 1))
    # A detached one takes a moment to say who it is.
    { [ "$HO_N" -lt 50 ] && { hold_watching || { [ -e "$HO_HERE/detached" ] && [ "$HO_N" -lt 25 ]; }; }; } ||
      fx_fail no-watch 'the watch does not look'
    sleep 0.2 2>/dev/null || sleep 1
  done
  hold_settle
  fx_data running "$HO_RUNNING"
  fx_data held "$HO_HELD"
  [ "$HO_RUNNING" -eq 0 ] || fx_fail not-held "$HO_RUNNING still run"
  if hold_none; then fx_say 'none is here; what comes is held'; else fx_say "$HO_HELD held"; fi
  [ -z "$P_PODS" ] || pods_applied
}

# hold_watch: by systemd, else as a process of our own.
hold_watch() {
  set -- HO_ROOT="$HO_ROOT" HO_HERE="$HO_HERE" HO_NAME="$HO_NAME" HO_COMMAND="$HO_COMMAND" HO_GROUP="$HO_GROUP" \
    HO_UID="$HO_UID" HO_HOW="$HO_HOW" HO_FOR="$HO_FOR" LC_ALL=C PATH="$PATH"
  [ -z "$P_PODS" ] || set -- "$@" HO_PODS="$HO_PODS" HO_API4="$HO_API4" HO_API6="$HO_API6" HO_PORTS="$HO_PORTS" HO_TABLE="$HO_TABLE"
  rm -f "$HO_HERE/detached"
  HO_K=''
  if fx_systemd; then
    hold_who systemd
    ! hold_unit HO_ID="$HO_ID" "$@" || return 0
    fx_has setsid || return 1
    HO_K=late
  fi
  [ -z "$HO_K$SD_DEAD" ] || fx_say 'systemd-run does not do its work: a detached process keeps the watch'
  # The file `detached` says `late` where systemd may still start its own.
  { echo "$HO_K" >"$HO_HERE/detached"; } 2>/dev/null || return 1
  fx_data watch detached
  hold_who detached
  detach env HO_ID="$HO_ID" "$@" /bin/sh "$HO_HERE/watch.sh"
}

# hold_who KIND: HO_ID is the watch that is wanted from now on; any other ends.
hold_who() {
  HO_ID=$FX_NONCE-$1
  { echo "$HO_ID" >"$HO_HERE/who"; } 2>/dev/null
}

# hold_unit VARIABLE=VALUE…: the watch as a unit of systemd.
hold_unit() {
  for FX_K in "$@"; do
    set -- "$@" --setenv="$FX_K"
    shift
  done
  set -- --quiet --unit="$HO_UNIT" --description="Fireaxe holds $P_KEY" "$@" /bin/sh "$HO_HERE/watch.sh"
  HO_N=0
  # Out of memory, the kernel may kill it. Where systemd is too old for some of this the watch is started without:
  # it knows its time by itself.
  until sd systemd-run --collect --property=RuntimeMaxSec=$((HO_FOR + 600)) --property=Restart=on-failure \
    --property=RestartSec=3 "$@" 2>/dev/null || sd systemd-run "$@"; do
    HO_N=$((HO_N + 1))
    [ "$HO_N" -lt 8 ] && [ -z "$SD_DEAD" ] || return 1
    hold_nudge
  done
  sd systemctl is-active --quiet "$HO_UNIT.service"
}

# A watch that failed, or ended just before a reload of systemd, may keep its name: asked once more, it is forgotten.
hold_nudge() {
  sd systemctl stop "$HO_UNIT.service" 2>/dev/null
  sd systemctl reset-failed "$HO_UNIT.service" 2>/dev/null
  sleep 0.3 2>/dev/null || sleep 1
}

# hold_forget: until it is.
hold_forget() {
  HO_K=0
  while fx_systemd && [ -e "$FX_ROOT/run/systemd/transient/$HO_UNIT.service" ] && [ "$HO_K" -lt 8 ]; do
    HO_K=$((HO_K + 1))
    hold_nudge
  done
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
  # A hold that was there before is somebody else's.
  if [ "$B_watch" = on ]; then
    hold_shorter
    fx_say 'the hold was there before; it stays'
    return 0
  fi
  HO_LATE=''
  ! fx_line "$HO_HERE/detached" || HO_LATE=$FX_L
  # From here on no watch is wanted.
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
  fx_say "$HO_N let go"
  [ -z "$P_PODS" ] || pods_undone
  hold_forget
  if [ -n "$HO_LATE$SD_DEAD" ]; then
    # What systemd starts late is to find something that ends.
    rm -rf "$HO_HERE"
    mkdir "$HO_HERE" && echo 'exit 0' >"$HO_HERE/watch.sh"
  else
    rm -rf "$HO_HERE" 2>/dev/null
  fi
}
