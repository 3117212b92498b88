# Starts and ends the watch of a hold: by systemd, or as a detached process.
# needs: free common/systemd common/result
# shellcheck shell=sh

DH_UNIT=fireaxe-dns-hold
DH_ID=$FX_RUN/$FX_STEP

dh_mine() { fx_line "$DH_HOME/who" && [ "$FX_L" = "$DH_ID" ]; }

# dh_watching: whether the watch runs, whichever step started it.
dh_watching() {
  fx_line "$DH_HOME/watch" || return 1
  DH_W=$FX_L
  fx_alive "$DH_W" '' || return 1
  ! fx_line "$FX_ROOT/proc/$DH_W/cmdline" || case $FX_L in *"$DH_HOME/watch.sh"*) ;; *) return 1 ;; esac
}

# dh_script: the watch and its inputs, which are plain words, in one file.
dh_script() {
  printf '%s\n' "FX_ROOT='$FX_ROOT' DW_ID='$DH_ID' P_FOR='$P_FOR' IN_UNTIL='$IN_UNTIL'" \
    "$IN_WATCH" >"$DH_HOME/watch.sh"
}

# dh_stop: the watch ends, and the unit with it: one of an earlier Fireaxe may be started again by systemd for good.
dh_stop() {
  ! fx_systemd || sd systemctl stop --no-block "$DH_UNIT.service" 2>/dev/null
  DH_N=0
  while dh_watching && [ "$DH_N" -lt 25 ]; do
    kill "$DH_W" 2>/dev/null
    DH_N=$((DH_N + 1))
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# dh_watch: where systemd takes the end of a unit for a failure (cgroups v1: it waits in vain for an empty group), it starts the unit
# again, and again, if its script is gone by then.
dh_watch() {
  ! dh_watching || return 0
  if fx_systemd; then
    DH_K="[ ! -e '$DH_HOME/watch.sh' ] || exec /bin/sh '$DH_HOME/watch.sh'"
    sd systemctl stop "$DH_UNIT.service" 2>/dev/null
    sd systemctl reset-failed "$DH_UNIT.service" 2>/dev/null
    set -- --quiet --unit="$DH_UNIT" --description='Fireaxe holds names of services'
    sd systemd-run --collect --property=Restart=on-failure --property=RestartSec=3 "$@" /bin/sh -c "$DH_K" 2>/dev/null ||
      sd systemd-run "$@" /bin/sh -c "$DH_K" 2>/dev/null || detach /bin/sh "$DH_HOME/watch.sh"
  else
    detach /bin/sh "$DH_HOME/watch.sh"
  fi
  DH_N=0
  until dh_watching; do
    DH_N=$((DH_N + 1))
    [ "$DH_N" -lt 25 ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
  done
}

# dh_end: the watch ends, then every CoreDNS here is freed; DH_FREED and DH_LEFT tell of it.
dh_end() {
  rm -f "$DH_HOME/who"
  dh_stop
  dh_free_all
  [ -n "$DH_LEFT" ] || rm -rf "$DH_HOME"
}
