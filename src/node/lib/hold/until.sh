# How long an existing hold continues.
# needs: count
# shellcheck shell=sh

# hold_soon: HO_SOON is set if the present hold ends long before the time asked for: then it is not `already`.
hold_soon() {
  fx_line "$HO_HERE/until" || return 0
  HO_UNTIL=$FX_L
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 0
  HO_NOW=${FX_L%%.*}
  case $HO_UNTIL in '' | *[!0-9]*) return 0 ;; esac
  HO_K=$((P_FOR / 2))
  [ "$HO_K" -ge 60 ] || HO_K=60
  [ $((HO_NOW + P_FOR - HO_UNTIL)) -gt "$HO_K" ] || return 0
  HO_SOON=1
  fx_before until "$HO_UNTIL"
  fx_say "the present hold ends in $((HO_UNTIL - HO_NOW))s: will extend it to ${P_FOR}s"
}

hold_longer() {
  HO_K=$((HO_NOW + P_FOR))
  { fx_write until "$HO_K" && echo "$HO_K" >"$HO_HERE/until"; } 2>/dev/null ||
    fx_fail no-receipt "cannot write $HO_HERE/until"
}

# hold_shorter: restores its former end, unless that was changed since.
hold_shorter() {
  case $B_until in '' | *[!0-9]*) return 0 ;; esac
  fx_line "$FX_DIR/until" || return 0
  HO_K=$FX_L
  ! fx_line "$HO_HERE/until" || [ "$FX_L" != "$HO_K" ] || fx_over "$HO_HERE/until" "$B_until"
}
