# A ceiling on image pulls, for the time in which nodes return. The kubelet reads its settings when it starts, so one that runs is
# restarted; one that is held gets them before it starts.
# needs: find edit files kubelet owed undo common/tools
# shellcheck shell=sh

act_look() {
  for FX_K in systemctl awk sha256sum; do command -v "$FX_K" >/dev/null || fx_refuse no-tool "$FX_K is not on this node"; done
  pace_unit
  # A masked one is held.
  [ "$PC_LOAD" != not-found ] || fx_refuse not-found "there is no $P_KUBELET here"
  pace_find
  pace_text
  pace_others
  [ "$PC_BY" != "$FX_RUN/$FX_STEP" ] || PC_BY=''
  # It is not this step's, which leaves it as it is.
  [ -z "$PC_BY" ] || PC_WAS=$(pace_sum "$PC_AT")
  fx_before where "$PC_WHERE"
  fx_before path "${PC_AT#"$FX_ROOT"}"
  fx_before was "$PC_WAS"
  fx_before now "$(printf '%s' "$PC_NEW" | pace_sum)"
  fx_data kubelet "$PC_STATE"
  if [ -n "$PC_BY" ]; then
    pace_same || fx_refuse paced "$PC_BY has set another ceiling here: undo that one first"
    FX_STATE=already
    fx_say "$PC_BY has set the same ceiling"
    return 0
  fi
  FX_STATE=would
  FX_K='it takes effect when the kubelet starts'
  ! pace_runs || FX_K="will restart $P_KUBELET"
  fx_say "will write ${PC_AT#"$FX_ROOT"}; $FX_K"
}

# pace_text: PC_NEW is the text of the file PC_AT, PC_WAS the sum of what is there. A repeated order finds its own.
pace_text() {
  if [ -n "$PC_DIR" ]; then
    pace_place dropin "$PC_DIR/$PC_NAME"
    pace_overridden
    pace_dropin
    PC_WAS=none
    return 0
  fi
  pace_place file "$PC_FILE"
  FX_K=$PC_AT
  [ ! -f "$PC_KEPT" ] || FX_K=$PC_KEPT
  PC_WAS=$(pace_sum "$FX_K")
  pace_edit "$FX_K" || fx_refuse odd-config "$PC_FILE is neither YAML in block style nor JSON with a member a line: edit it by hand"
}

# pace_same: whether the ceiling of another step is this one.
pace_same() {
  [ "$PC_WHERE" = dropin ] || { [ "$(printf '%s' "$PC_NEW" | pace_sum)" = "$(pace_sum "$PC_AT")" ] && return; }
  [ "$(sed 1d "$PC_AT" | pace_sum)" = "$(printf '%s' "$PC_NEW" | sed 1d | pace_sum)" ]
}

act_apply() {
  # The wait, as much again to revert it, and a margin.
  [ "$FX_DEADLINE" -ge $((P_WAIT * 2 + 12)) ] || fx_fail short-deadline "a wait of ${P_WAIT}s needs --timeout $((P_WAIT * 2 + 12))s"
  pace_owed
  pace_owe || fx_fail no-receipt "cannot write under $FX_DIR; nothing was changed"
  if ! pace_put; then
    [ -n "$PC_OWED" ] || pace_even
    fx_fail not-written "cannot write ${PC_AT#"$FX_ROOT"} (disk full or read-only?); nothing was changed"
  fi
  if ! pace_runs; then
    [ -n "$PC_OWED" ] || pace_even
    fx_say "${PC_AT#"$FX_ROOT"} written; it takes effect when the kubelet starts"
    return 0
  fi
  # Not even a systemctl that hangs may leave a kubelet that does not start.
  FX_CLOSE=pace_late
  if pace_restart; then
    FX_CLOSE=''
    fx_say "${PC_AT#"$FX_ROOT"} written, and $P_KUBELET restarted"
    return 0
  fi
  FX_CLOSE='' PC_FAILED=$PC_WHY
  pace_back || fx_fail not-started "$PC_FAILED; cannot take ${PC_AT#"$FX_ROOT"} back"
  if pace_restart; then PC_WHY='and the kubelet runs again'; else PC_WHY="but $PC_WHY"; fi
  fx_fail not-started "$PC_FAILED after ${P_WAIT}s; the former settings are back, $PC_WHY"
}

# pace_late: the deadline has come before the kubelet was healthy.
pace_late() {
  if pace_back; then fx_say 'the former settings are back'; else fx_say "cannot take ${PC_AT#"$FX_ROOT"} back"; fi
}

act_verify() {
  fx_recall_before
  pace_place "${B_where-}" "${B_path-}"
  [ "$(pace_sum "$PC_AT")" = "${B_now-}" ] || fx_fail not-held "${B_path-the ceiling} is not as this step wrote it"
  pace_unit
  fx_data kubelet "$PC_STATE"
  fx_say "$B_path has the ceiling; $P_KUBELET is $PC_STATE"
}
