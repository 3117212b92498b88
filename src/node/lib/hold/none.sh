# The result when no matching process runs here: the hold waits for one, but a mistyped name must be visible.
# needs: count
# shellcheck shell=sh

# hold_none: asked after the look and after the hold; HO_SEEN counts the matches so far. A watch that kills leaves only a note.
hold_none() {
  HO_SEEN=$((HO_SEEN + HO_RUNNING + HO_HELD))
  [ "$HO_SEEN" -eq 0 ] && [ ! -e "$HO_HERE/killed" ] || return 1
  fx_data found 0
  [ -z "$P_PROCESS" ] || hold_names
}

# hold_names: the names that run here, similar ones first, as many as fit into the result.
hold_names() {
  HO_NEAR='' HO_FAR='' HO_L=${P_PROCESS#??}
  HO_L=${P_PROCESS%"$HO_L"}
  set +f
  set -- "$FX_ROOT"/proc/[0-9]*
  set -f
  for HO_P in "$@"; do
    fx_line "$HO_P/comm" || continue
    HO_C=$FX_L
    case " $HO_NEAR$HO_FAR " in *" $HO_C "*) continue ;; esac
    case $HO_C in '' | *[!A-Za-z0-9._-]*) continue ;; esac
    # A kernel thread has no command line.
    fx_line "$HO_P/cmdline" && [ -n "$FX_L" ] || continue
    case $HO_C in "$HO_L"*) HO_NEAR="$HO_NEAR$HO_C " ;; *) HO_FAR="$HO_FAR$HO_C " ;; esac
  done
  HO_FAR=$HO_NEAR$HO_FAR
  # Cut at the end of a name: fx_data would cut within one.
  while [ ${#HO_FAR} -gt 200 ]; do HO_FAR=${HO_FAR% } && HO_FAR="${HO_FAR% *} "; done
  fx_data names "${HO_FAR% }"
}
