# A time limit for commands that may hang. Used by watches too.
# shellcheck shell=sh

# within_by: WI_BY is `timeout` where that tool takes these arguments, else `own`: then the script polls.
within_by() {
  [ -z "${WI_BY-}" ] || return 0
  WI_BY=own
  ! timeout -k 1 5 true 2>/dev/null || WI_BY=timeout
}

# within SECONDS COMMAND…: its exit status; 124 when it did not end in time.
within() {
  within_by
  if [ "$WI_BY" = timeout ]; then
    timeout -k 1 "$@"
    WI_R=$?
    # Busybox returns the signal.
    case $WI_R in 137 | 143) WI_R=124 ;; esac
    return "$WI_R"
  fi
  WI_N=$(($1 * 5)) WI_R=''
  shift
  "$@" &
  WI_P=$!
  while kill -0 "$WI_P" 2>/dev/null; do
    if [ "$WI_N" -le 0 ]; then
      kill -KILL "$WI_P"
      WI_R=124
      break
    fi
    WI_N=$((WI_N - 1))
    sleep 0.2 2>/dev/null || { sleep 1 && WI_N=$((WI_N - 4)); }
  done
  wait "$WI_P" 2>/dev/null || return "${WI_R:-$?}"
}
