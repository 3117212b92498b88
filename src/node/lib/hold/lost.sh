# How undo finds the held processes if the files of the hold were removed.
# needs: count
# shellcheck shell=sh

# hold_noted: notes how many were stopped before, and in which boot.
hold_noted() { ! fx_line "$FX_ROOT/proc/sys/kernel/random/boot_id" || fx_before stopped "$HO_HELD $FX_L"; }

# hold_lost: the list of frozen processes was removed: it is every stopped one, if none was stopped before.
hold_lost() {
  [ "$P_HOW" = freeze ] && fx_line "$FX_ROOT/proc/sys/kernel/random/boot_id" || return 0
  [ "${B_stopped#* }" = "$FX_L" ] || return 0
  hold_count
  HO_K=${B_stopped%% *}
  case $HO_K in '' | *[!0-9]*) return 0 ;; esac
  [ "$HO_HELD" -gt "$HO_K" ] || return 0
  [ "$HO_K" -eq 0 ] ||
    fx_fail still-held "$HO_HERE is gone, and with it which of the $HO_HELD stopped processes were held; next: resume them by hand (kill -CONT PID)"
  mkdir -p "$HO_HERE" || fx_fail still-held "cannot make $HO_HERE"
  HO_K=$(for HO_P in $HO_FOUND; do case $HO_P in *:T) echo "${HO_P%:*}" ;; esac done)
  { printf '%s\n' "$HO_K" >"$HO_HERE/frozen"; } 2>/dev/null || fx_fail still-held "cannot write $HO_HERE/frozen"
}
