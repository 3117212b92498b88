# Ends the flood on this node by force. Used by the node script, and by the timers' revert, which needs nothing else of Fireaxe.
# shellcheck shell=sh

# Not in /run/fireaxe: a hold spares what runs from there, and it must find the flood.
FL_HOME=${FX_ROOT-}/run/fireaxe-flood

# fl_left: FL_FOUND are the processes of a flood, the held ones too.
fl_left() {
  FL_FOUND=''
  set +f
  set -- "${FX_ROOT-}"/proc/[0-9]*/cmdline
  set -f
  for FL_F in "$@"; do
    FL_L=''
    # `read` drops the NULs between the arguments.
    { read -r FL_L <"$FL_F" || [ -n "$FL_L" ]; } 2>/dev/null || continue
    case $FL_L in *"$FL_HOME/flood.sh"* | *"$FL_HOME/fireaxe-flood"*) ;; *) continue ;; esac
    FL_F=${FL_F%/cmdline}
    [ "${FL_F##*/}" = $$ ] || FL_FOUND="$FL_FOUND ${FL_F##*/}"
  done
  [ -n "$FL_FOUND" ]
}

# fl_end: true when none is left. KILL ends a held one too; a loop that is killed starts nothing more.
fl_end() {
  rm -f "$FL_HOME/who"
  FL_N=0
  while fl_left; do
    FL_N=$((FL_N + 1))
    [ "$FL_N" -lt 25 ] || return 1
    # shellcheck disable=SC2086
    kill -KILL $FL_FOUND 2>/dev/null
    sleep 0.1 2>/dev/null || sleep 1
  done
  rm -rf "$FL_HOME"
}
