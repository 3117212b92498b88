# Starts the watch of a hold, by systemd or as a detached process, and finds out whether it runs.
# IN_KEY names the set of processes: one watch a set, whichever step asked for it.
# needs: count common/systemd
# shellcheck shell=sh

# hold_alive: whether the watch runs, HO_W, whichever step started it.
hold_alive() {
  fx_line "$HO_HERE/watch" || return 1
  HO_W=$FX_L
  fx_alive "$HO_W" '' || return 1
  # A PID is reused.
  ! fx_line "$FX_ROOT/proc/$HO_W/cmdline" || case $FX_L in *"$HO_HERE/watch.sh"*) ;; *) return 1 ;; esac
}

hold_watching() {
  ! hold_alive || return 0
  [ ! -e "$HO_HERE/detached" ] && fx_systemd || return 1
  # A watch that was killed is `activating` until systemd restarts it.
  sd systemctl is-active "$HO_UNIT.service" 2>/dev/null
  case $SD_OUT in active | activating) ;; *) return 1 ;; esac
}

# hold_watch: by systemd, else as a detached process.
hold_watch() {
  set -- HO_ROOT="$HO_ROOT" HO_HERE="$HO_HERE" P_PROCESS="$P_PROCESS" P_CMDLINE="$P_CMDLINE" P_CGROUP="$P_CGROUP" \
    HO_UID="$HO_UID" P_HOW="$P_HOW" P_FOR="$P_FOR" LC_ALL=C PATH="$PATH"
  [ -z "$P_PODS" ] || set -- "$@" P_PODS="$P_PODS" IN_API4="$IN_API4" IN_API6="$IN_API6" IN_PORTS="$IN_PORTS" HO_TABLE="$HO_TABLE"
  rm -f "$HO_HERE/detached"
  HO_K=''
  if fx_systemd; then
    hold_who systemd
    ! hold_unit HO_ID="$HO_ID" "$@" || return 0
    fx_has setsid || return 1
    HO_K=late
  fi
  [ -z "$HO_K$SD_DEAD" ] || fx_say 'systemd-run failed: the watch is a detached process'
  # The file `detached` says `late` where systemd may still start its own.
  { echo "$HO_K" >"$HO_HERE/detached"; } 2>/dev/null || return 1
  fx_data watch detached
  hold_who detached
  detach env HO_ID="$HO_ID" "$@" /bin/sh "$HO_HERE/watch.sh"
}

# hold_who KIND: HO_ID is the current watch from now on; any other ends.
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
  set -- --quiet --unit="$HO_UNIT" --description="Fireaxe holds $IN_KEY" "$@" /bin/sh "$HO_HERE/watch.sh"
  HO_N=0
  # The kernel may kill it when memory runs out. If systemd is too old for some properties, it is started without them:
  # it keeps its time itself.
  until sd systemd-run --collect --property=RuntimeMaxSec=$((P_FOR + 600)) --property=Restart=on-failure \
    --property=RestartSec=3 "$@" 2>/dev/null || sd systemd-run "$@"; do
    HO_N=$((HO_N + 1))
    [ "$HO_N" -lt 8 ] && [ -z "$SD_DEAD" ] || return 1
    hold_nudge
  done
  sd systemctl is-active --quiet "$HO_UNIT.service"
}

# hold_nudge: a watch that failed, or ended just before a reload of systemd, may keep its unit name; asking again frees it.
hold_nudge() {
  sd systemctl stop "$HO_UNIT.service" 2>/dev/null
  sd systemctl reset-failed "$HO_UNIT.service" 2>/dev/null
  sleep 0.3 2>/dev/null || sleep 1
}

# hold_forget: asks until the name is free.
hold_forget() {
  HO_K=0
  while fx_systemd && [ -e "$FX_ROOT/run/systemd/transient/$HO_UNIT.service" ] && [ "$HO_K" -lt 8 ]; do
    HO_K=$((HO_K + 1))
    hold_nudge
  done
}
