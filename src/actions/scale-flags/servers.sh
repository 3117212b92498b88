# The API server of this host: its processes, their flags, and whether it is ready.
# needs: kube/api common/tools common/result
# shellcheck shell=sh

KC_TIME=5 SV_HOW=''

# servers_list: SV_LIST are its processes, as `PID:START`.
servers_list() {
  SV_LIST=''
  set +f
  set -- "$FX_ROOT"/proc/[0-9]*
  set -f
  for SV_P in "$@"; do
    SV_C=''
    { read -r SV_C <"$SV_P/comm"; } 2>/dev/null
    [ "$SV_C" = kube-apiserver ] || continue
    { read -r SV_L <"$SV_P/stat"; } 2>/dev/null || continue
    SV_L=${SV_L##*) }
    case $SV_L in Z* | X*) continue ;; esac
    # The start is the 22nd field: the 20th after the name.
    # shellcheck disable=SC2086
    set -- $SV_L
    SV_LIST="$SV_LIST ${SV_P##*/}:${20-}"
  done
}

# servers_now: remembers those that run, to know the restarted one from them.
servers_now() {
  servers_list
  SV_OLD=$SV_LIST
}

# servers_flagged: whether every server process runs with the flags.
servers_flagged() {
  servers_list
  SV_WHY='no kube-apiserver runs'
  [ -n "$SV_LIST" ] || return 1
  for SV_P in $SV_LIST; do
    SV_ARGS=" $(tr '\0\n' '  ' <"$FX_ROOT/proc/${SV_P%%:*}/cmdline" 2>/dev/null) "
    for SV_F in $P_FLAG; do
      case $SV_ARGS in *" --$SV_F "*) ;; *) SV_WHY="kube-apiserver runs without --$SV_F" && return 1 ;; esac
    done
  done
}

# servers_fresh: whether a server runs, and none of those that ran before.
servers_fresh() {
  servers_list
  SV_WHY='has not started again yet'
  [ -n "$SV_LIST" ] || return 1
  for SV_P in $SV_LIST; do
    case " $SV_OLD " in *" $SV_P "*) return 1 ;; esac
  done
}

# servers_ready: whether it says so itself. One that denies these credentials answers, and could say that it is not.
servers_ready() {
  SV_WHY='does not answer'
  if [ -z "${KC_CONFIG-}" ]; then
    KC_OPEN=1
    kube_find || KC_CONFIGS=none KC_CONFIG=none SV_HOW="; $KC_WHY"
  fi
  ! kube get /readyz || return 0
  ! kube_denied || return 0
  kube_word
  SV_WHY="is not ready: $KC_WORD$SV_HOW"
  return 1
}

# servers_await flags|fresh SECONDS: waits until it is so and the server is ready; false with the reason in SV_WHY.
servers_await() {
  SV_END=$(($(date +%s) + $2))
  while :; do
    case $1 in
      flags) servers_flagged && servers_ready && return 0 ;;
      *) servers_fresh && servers_ready && return 0 ;;
    esac
    [ "$(date +%s)" -lt "$SV_END" ] || return 1
    sleep 1
  done
}

# servers_spared: whether this server may restart: it is not ready itself, or another one is, or there is no other. A server
# that is about to be ready has some seconds.
servers_spared() {
  [ -n "$IN_OTHERS" ] && servers_ready || return 0
  SV_END=$(($(date +%s) + 10))
  while :; do
    for SV_A in $IN_OTHERS; do
      ! servers_at "$SV_A" || return 0
    done
    [ "$(date +%s)" -lt "$SV_END" ] || return 1
    sleep 1
  done
}

# servers_at ADDRESS: whether the API server of another host is ready.
servers_at() {
  SV_HERE=$KC_AT
  KC_AT=$1 KC_SURE=1
  servers_ready
  SV_RC=$?
  KC_AT=$SV_HERE
  return "$SV_RC"
}
