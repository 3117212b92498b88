# The watch of a hold, and its end: runs apart from the node script. It holds a CoreDNS that restarts and knows nothing, and with
# IN_UNTIL=synced it frees one that has the API again.
# needs: free dns/places
# shellcheck shell=sh

LC_ALL=C PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/var/lib/rancher/rke2/bin:/opt/bin
export LC_ALL PATH
set -f

dw_wanted() {
  DW_K=''
  { read -r DW_K <"$DH_HOME/who"; } 2>/dev/null
  [ "$DW_K" = "$DW_ID" ]
}

# dw_up: DW_UP are the seconds since boot.
dw_up() {
  read -r DW_UP DW_K <"$FX_ROOT/proc/uptime" || read -r DW_UP DW_K </proc/uptime
  DW_UP=${DW_UP%%.*}
}

# dw_fails PID: after dh_state; whether it is to be held now. A cache says so also by one CoreDNS of several, or by one packet that was
# lost, and a reload drops what it had: three times in a row, and after a hold in vain thirty times.
dw_fails() {
  [ "$DS_KIND" = node-local ] || return 0
  DW_MANY=3
  case " $DW_VAIN " in *" $1 "*) DW_MANY=30 ;; esac
  DW_ILL="$DW_ILL $1"
  # shellcheck disable=SC2086
  dw_count "$1" $DW_ILL
  [ "$DW_N" -ge "$DW_MANY" ] || return 1
  dw_forget "$1"
}

# dw_forget PID: its next look is the first one.
dw_forget() {
  DW_K=''
  for DW_P in $DW_ILL; do [ "$DW_P" = "$1" ] || DW_K="$DW_K $DW_P"; done
  DW_ILL=$DW_K
}

# dw_count PID WORD…: DW_N is how many of the words it is.
dw_count() {
  DW_N=0 DW_P=$1
  shift
  for DW_K in "$@"; do [ "$DW_K" != "$DW_P" ] || DW_N=$((DW_N + 1)); done
}

# dw_synced PID: whether it gets its answers from the API again: three times in a row, for a name that no cache has. A cache asks one of
# several CoreDNS each time, so it must be ten times.
dw_synced() {
  DW_MANY=3
  [ "$DS_KIND" = pod ] || DW_MANY=10
  DW_TURN=$((DW_TURN + 1))
  if [ "$(dns_ask "$DS_AT" "x$$-$DW_TURN.fireaxe.svc.$DS_DOMAIN")" = NXDOMAIN ]; then
    DW_CALM="$DW_CALM $1"
  else
    DW_K=''
    for DW_P in $DW_CALM; do [ "$DW_P" = "$1" ] || DW_K="$DW_K $DW_P"; done
    DW_CALM=$DW_K
  fi
  # shellcheck disable=SC2086
  dw_count "$1" $DW_CALM
  [ "$DW_N" -ge "$DW_MANY" ]
}

# dw_served: a server of the hold's own is led to as long as it lives, until a CoreDNS behind the service has the API again. While it
# is silent, the questions go by kube-proxy's rules; the address stays, as the server cannot start again without it.
dw_served() {
  dv_here && dv_read || return 0
  DW_HELD=1
  if dw_wanted; then
    dv_take
    if dv_lives; then dv_lead; else dv_unlead; fi
  fi
  [ "$IN_UNTIL" = synced ] || return 0
  dns_endpoints
  for DW_S in $DN_ENDS; do
    DS_AT=$DW_S DS_DOMAIN=$DV_DOMAIN DS_KIND=pod
    ! dw_synced "$DW_S" || { dv_end && DW_FREED=1 DW_HELD=0 && return 0; }
  done
}

dw_turn() {
  DW_HELD=0
  dw_served
  dns_servers
  for DW_S in $DS_ALL; do
    dns_server "$DW_S" || continue
    dh_state
    [ "$DH_STATE" = fails ] || dw_forget "$DW_S"
    case $DH_STATE in
      fails)
        DW_HELD=$((DW_HELD + 1))
        dw_fails "$DW_S" && dw_wanted && { dh_hold "$DW_S" || DW_VAIN="$DW_VAIN $DW_S"; }
        ;;
      held)
        DW_HELD=$((DW_HELD + 1))
        if [ "$IN_UNTIL" = synced ] && dw_synced "$DW_S"; then
          # One that is slow to come back is seen to answer by itself in a later turn.
          DW_FREED=1
          ! dh_free "$DW_S" || DW_HELD=$((DW_HELD - 1))
        fi
        ;;
    esac
  done
}

dw_watch() {
  echo $$ >"$DH_HOME/watch"
  DW_TURN=0 DW_CALM='' DW_FREED='' DW_ILL='' DW_VAIN=''
  dw_up
  DW_END=$((DW_UP + P_FOR))
  { read -r DW_K <"$DH_HOME/until" && DW_END=$DW_K; } 2>/dev/null || echo "$DW_END" >"$DH_HOME/until"
  while dw_wanted && dw_up && [ "$DW_UP" -lt "$DW_END" ]; do
    dw_turn
    # All have the API again.
    [ -z "$DW_FREED" ] || [ "$DW_HELD" -gt 0 ] || break
    sleep 2
  done
  dw_wanted || exit 0
  # An overloaded machine may refuse at first. A new hold may begin meanwhile, and has a watch of its own.
  DW_TURN=0
  until dw_end; do
    DW_TURN=$((DW_TURN + 1))
    rm -f "$DH_HOME/watch"
    [ "$DW_TURN" -lt 150 ] || return 1
    sleep 2
    [ ! -e "$DH_HOME/who" ] || return 0
  done
}

# dw_end: nothing is held any more, and nothing is left of the hold.
dw_end() {
  rm -f "$DH_HOME/who"
  ! read -r DW_K <"$DH_HOME/watch" || [ "$DW_K" = $$ ] || kill "$DW_K"
  dh_free_all
  # The receipt tells that the node itself reverted it.
  [ -n "$DH_LEFT" ] || ! read -r DW_K <"$DH_HOME/step" || [ ! -d "$DW_K" ] || : >"$DW_K/fired"
  [ -n "$DH_LEFT" ] || rm -rf "$DH_HOME"
  [ -z "$DH_LEFT" ]
} 2>/dev/null

dns_by
case ${1-} in free) dw_end ;; *) dw_watch ;; esac
