# The deadline, enforced on the node itself.
# needs: result
# shellcheck shell=sh

# fx_guard: starts a helper that ends this shell and its children at the deadline. It holds no pipe: if the shell is killed,
# the transport that waits for its output learns that at once.
fx_guard() {
  trap fx_late ALRM
  trap : HUP
  (
    # shellcheck disable=SC2064
    trap 'kill $! 2>/dev/null; exit 0' TERM
    sleep "$FX_DEADLINE" &
    wait $!
    trap '' TERM ALRM
    FX_O=" $$ "
    kill -ALRM $$ || exit 0
    fx_sweep TERM
    sleep 1
    fx_sweep KILL
    kill -0 $$ || exit 0
    # A process that hangs in the kernel dies as soon as it returns.
    sleep 1
    kill -KILL $$
  ) </dev/null >/dev/null 2>&1 &
  FX_DOG=$!
}

fx_late() {
  FX_STATE=failed FX_CODE=deadline FX_EXIT='' FX_RECORD=''
  FX_NOTE="ended at its deadline of ${FX_DEADLINE}s"
  fx_end
}

# fx_sweep SIGNAL: sends it to every descendant of the main shell except the helper that calls this; FX_O lists them.
# Its children are real processes in the drill too: it reads the real /proc, or ps.
fx_sweep() {
  FX_T='' FX_ME='' FX_N=''
  if [ -r /proc/self/stat ]; then
    { read -r FX_ME FX_L </proc/self/stat; } 2>/dev/null
    set +f
    for FX_K in /proc/[0-9]*; do
      { read -r FX_L <"$FX_K/stat"; } 2>/dev/null || continue
      FX_L=${FX_L##*) }
      FX_L=${FX_L#? }
      FX_T="$FX_T ${FX_K#/proc/}:${FX_L%% *}"
    done
    set -f
  else
    FX_ME=$(sh -c 'echo "$PPID"')
    FX_P=''
    for FX_K in $(ps -A -o pid= -o ppid=); do
      if [ -z "$FX_P" ]; then FX_P=$FX_K; else FX_T="$FX_T $FX_P:$FX_K" FX_P=''; fi
    done
  fi
  while [ "$FX_N" != "$FX_O" ]; do
    FX_N=$FX_O
    for FX_K in $FX_T; do
      case $FX_O in
        *" ${FX_K%:*} "*) ;;
        *" ${FX_K#*:} "*) [ "${FX_K%:*}" = "$FX_ME" ] || FX_O="$FX_O${FX_K%:*} " ;;
      esac
    done
  done
  # shellcheck disable=SC2086
  kill -"$1" ${FX_O#" $$ "} 2>/dev/null
}
