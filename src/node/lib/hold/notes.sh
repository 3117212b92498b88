# How long a hold that is there goes on, and what undo goes by where the notes of a hold were removed.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# hold_soon: HO_SOON tells that the hold that is here ends long before the time that is asked for: held already it is not.
hold_soon() {
  fx_line "$HO_HERE/until" || return 0
  HO_UNTIL=$FX_L
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 0
  HO_NOW=${FX_L%%.*}
  case $HO_UNTIL in '' | *[!0-9]*) return 0 ;; esac
  HO_K=$((HO_FOR / 2))
  [ "$HO_K" -ge 60 ] || HO_K=60
  [ $((HO_NOW + HO_FOR - HO_UNTIL)) -gt "$HO_K" ] || return 0
  HO_SOON=1
  fx_before until "$HO_UNTIL"
  fx_say "the hold that is here ends in $((HO_UNTIL - HO_NOW))s: will go on for ${HO_FOR}s"
}

hold_longer() {
  HO_K=$((HO_NOW + HO_FOR))
  { fx_write until "$HO_K" && echo "$HO_K" >"$HO_HERE/until"; } 2>/dev/null ||
    fx_fail no-receipt "cannot write $HO_HERE/until"
}

# hold_shorter: its former end again, unless it was changed since.
hold_shorter() {
  case $B_until in '' | *[!0-9]*) return 0 ;; esac
  fx_line "$FX_DIR/until" || return 0
  HO_K=$FX_L
  ! fx_line "$HO_HERE/until" || [ "$FX_L" != "$HO_K" ] || fx_over "$HO_HERE/until" "$B_until"
}

# hold_noted: how many stood still before, and on which boot.
hold_noted() { ! fx_line "$FX_ROOT/proc/sys/kernel/random/boot_id" || fx_before stopped "$HO_HELD $FX_L"; }

# hold_lost: the list of what was frozen here was removed: it is all that stands still, if nothing did before.
hold_lost() {
  [ "$HO_HOW" = freeze ] && fx_line "$FX_ROOT/proc/sys/kernel/random/boot_id" || return 0
  [ "${B_stopped#* }" = "$FX_L" ] || return 0
  hold_count
  HO_K=${B_stopped%% *}
  case $HO_K in '' | *[!0-9]*) return 0 ;; esac
  [ "$HO_HELD" -gt "$HO_K" ] || return 0
  [ "$HO_K" -eq 0 ] ||
    fx_fail still-held "$HO_HERE is gone, and with it which of the $HO_HELD that stand still were held: let them go by hand"
  mkdir -p "$HO_HERE" || fx_fail still-held "cannot make $HO_HERE"
  HO_K=$(for HO_P in $HO_FOUND; do case $HO_P in *:T) echo "${HO_P%:*}" ;; esac done)
  { printf '%s\n' "$HO_K" >"$HO_HERE/frozen"; } 2>/dev/null || fx_fail still-held "cannot write $HO_HERE/frozen"
}
