# The settings as they were, and a kubelet that runs with them: one that may have read the ceiling is restarted, also where the
# settings are back already.
# needs: find files kubelet owed
# shellcheck shell=sh

act_undo() {
  case ${B_where-}:${B_path-} in
    *..*) fx_fail odd-name "$B_path is not a plain path" ;;
    dropin:/*/"$PC_NAME" | file:/*) ;;
    *) fx_fail odd-name "${B_path-} is not a file of the kubelet's settings" ;;
  esac
  pace_place "$B_where" "$B_path"
  pace_owed
  FX_K=$(pace_sum "$PC_AT")
  if [ "${FX_K:-none}" = "$B_was" ]; then
    [ "$PC_WHERE" = dropin ] || [ "$(pace_sum "$PC_KEPT")" != "$B_was" ] || rm -f "$PC_KEPT"
    FX_STATE=already
  else
    pace_restore
  fi
  fx_say "$B_path is as it was"
  pace_owes || return 0
  pace_unit
  if pace_runs || pace_dead; then
    FX_STATE=changed
    pace_restart || fx_fail not-started "$PC_WHY after ${P_WAIT}s"
    fx_say "$P_KUBELET restarted"
  fi
  pace_even
}

pace_restore() {
  [ "$FX_K" = "$B_now" ] || fx_fail changed-since "somebody changed $B_path since"
  [ "$PC_WHERE" = dropin ] || [ "$(pace_sum "$PC_KEPT")" = "$B_was" ] || fx_fail missing "the former file is not at ${PC_KEPT#"$FX_ROOT"}"
  pace_back || fx_fail not-written "cannot restore $B_path"
}

# pace_dead: the kubelet ended after an earlier attempt, and nobody holds it.
pace_dead() { [ -n "$PC_OWED" ] && [ "$PC_STATE" = failed ] && [ "$PC_LOAD" = loaded ]; }
