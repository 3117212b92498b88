# Makes a CoreDNS answer by a table of names, and by itself again. The kubelet's volume shows another Corefile only while CoreDNS
# reads it: the kubelet would soon write its own again, and a restart must find that one.
# needs: flat dns/servers dns/ask dns/corefile
# shellcheck shell=sh

# dh_state: of the server that dns_server found: `held`, `own` (it knows the cluster's names itself), `fails` or `silent`. A cache waits
# longer for a CoreDNS that it cannot reach than anybody waits for the cache.
dh_state() {
  DH_CODE=$(dns_mark)
  case $DS_KIND:$DH_CODE in
    *:NOERROR) DH_STATE=held ;;
    *:NXDOMAIN) DH_STATE=own ;;
    pod:no-answer | *:unreachable) DH_STATE=silent ;;
    *) DH_STATE=fails ;;
  esac
}

# dh_who PID: DH_WHO names the server that dns_server found.
dh_who() {
  DH_WHO="CoreDNS, process $1"
  [ "$DS_KIND" = pod ] || DH_WHO="the cache of this node, process $1"
}

# dh_calm PID: waits until its last reload has ended, half of the deadline at most, as a signal that comes before is read only then, when
# the table may not be shown any more. DH_CALM are the half seconds of it. Where its resolver drops packets, a reload takes long.
dh_calm() {
  while [ "$DH_CALM" -lt "${FX_DEADLINE:-70}" ] && dh_reloads "$1"; do
    DH_CALM=$((DH_CALM + 1))
    sleep 0.5 2>/dev/null || { sleep 1 && DH_CALM=$((DH_CALM + 1)); }
  done
}

# dh_reloads PID: whether a new server has the sockets already, and the old one still has them, too. What a process has as its output
# does not count: a journal's socket is there twice. No owner is looked up, as a directory of users may not answer in such a night.
# shellcheck disable=SC2012
dh_reloads() { ls -ln "$FX_ROOT/proc/$1/fd" 2>/dev/null | awk '$NF ~ /^socket:/ && $(NF - 2) > 2 && seen[$NF]++ { twice = 1 } END { exit !twice }'; }

# dh_await held|free: waits for the state after a reload, in which CoreDNS waits some seconds for the API. A question without an answer
# takes two seconds, and one alone may be lost. A cache reads its Corefile only after its last reload ended, and that waits up to 30 s
# for a CoreDNS that does not answer.
dh_await() {
  DH_N=0 DH_L='' DH_MOST=30
  [ "$DS_KIND$1" != node-localfree ] || [ "${FX_DEADLINE:-60}" -lt 60 ] || DH_MOST=100
  while [ "$DH_N" -lt "$DH_MOST" ]; do
    DH_N=$((DH_N + 1))
    dh_state
    case $1$DH_STATE$DH_L$DH_CODE in freefailsno-answer) DH_L=lost DH_N=$((DH_N - 1)) && continue ;; esac
    case $1$DH_STATE in heldheld | freeown | freefails) return 0 ;; heldfails) [ "$DH_CODE" != no-answer ] || DH_N=$((DH_N + 6)) ;; esac
    DH_L=''
    sleep 0.3 2>/dev/null || sleep 1
  done
  return 1
}

# dh_hold PID: after dns_server; false with DH_WHY. CoreDNS reads the file as soon as it gets the signal, so it is shown for a
# moment only: the plugin reload must not load it a second time. A machine under load gets more time, and an old cache, which
# does not know serve_stale, a table without it.
# The watch asks for no reason.
# shellcheck disable=SC2034
dh_hold() {
  dh_straight
  DH_K=stale DH_F=$DS_DIR/$DS_NAME DH_CALM=0
  for DH_S in 1 5; do
    dh_calm "$1"
    [ -z "$DS_FLAT" ] || {
      DH_WHY='its Corefile cannot be put aside'
      dh_flat_keep || return 1
      DH_F=$DH_C/own
    }
    DH_WHY='its Corefile has no server block that forwards the names of services'
    [ "$DS_KIND" = node-local ] || { DH_K='' && DH_WHY='its Corefile has no server block with the plugin kubernetes'; }
    corefile_with "$DS_DOMAIN" "$DH_HOME/table" $DH_K <"$DH_F" >"$DH_HOME/Corefile" || return 1
    DH_K=plain
    DH_WHY="cannot write in $DS_DIR"
    dh_show 2>/dev/null || {
      dh_straight
      return 1
    }
    DH_WHY='it does not answer by the table after it was told to read its Corefile again'
    kill -USR1 "$1" 2>/dev/null
    sleep "$DH_S"
    dh_straight
    ! dh_await held || return 0
  done
  return 1
}

# dh_show: the volume shows the Corefile with the table.
dh_show() {
  [ -z "$DS_FLAT" ] || {
    dh_flat_show
    return
  }
  DH_WAS=$(readlink "$DS_DIR/..data") && mkdir "$DS_DIR/..fireaxe" && cp -pR "$DS_DIR/$DH_WAS/." "$DS_DIR/..fireaxe/" &&
    ln -s "$DH_WAS" "$DS_DIR/..fireaxe/..was" && cat "$DH_HOME/Corefile" >"$DS_DIR/..fireaxe/$DS_NAME" &&
    chmod 755 "$DS_DIR/..fireaxe" && dh_point ..fireaxe
}

# dh_free PID: it reads the kubelet's own file again.
# shellcheck disable=SC2034
dh_free() {
  DH_WHY='it still answers by the table'
  dh_straight || [ -z "$DS_FLAT" ] || return 1
  DH_CALM=0
  dh_calm "$1"
  kill -USR1 "$1" 2>/dev/null
  dh_await free
}

# dh_point NAME: the volume's link, replaced by a rename as the kubelet does it.
dh_point() { ln -s "$1" "$DS_DIR/..fireaxe_data" && mv -f -T "$DS_DIR/..fireaxe_data" "$DS_DIR/..data"; }

# dh_straight: the volume shows the kubelet's own files, also after an attempt that was killed. If the kubelet wrote meanwhile,
# it left the folder that the link showed before.
dh_straight() {
  [ -z "$DS_FLAT" ] || {
    dh_flat_straight
    return
  }
  [ -e "$DS_DIR/..fireaxe" ] || return 0
  rm -f "$DS_DIR/..fireaxe_data"
  DH_WAS=$(readlink "$DS_DIR/..fireaxe/..was")
  case $DH_WAS in ..[0-9]*) ;; *) DH_WAS='' ;; esac
  if [ -n "$DH_WAS" ]; then
    if [ "$(readlink "$DS_DIR/..data")" = ..fireaxe ]; then
      dh_point "$DH_WAS" || return 1
    elif [ "$(readlink "$DS_DIR/..data")" != "$DH_WAS" ]; then
      rm -rf "${DS_DIR:?}/$DH_WAS"
    fi
  fi
  rm -rf "$DS_DIR/..fireaxe"
}
