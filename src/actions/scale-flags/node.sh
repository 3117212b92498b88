# API server flags: a new manifest is moved over the old one, which is kept and moved back by undo.
# needs: manifest edit replace servers undo common/tools
# shellcheck shell=sh

act_look() {
  for FL_T in awk sha256sum; do command -v "$FL_T" >/dev/null || fx_refuse no-tool "$FL_T is not on this node"; done
  pause_find kube-apiserver
  [ -n "$PA_IN" ] || fx_refuse no-manifest 'no static pod manifest of kube-apiserver is here'
  pause_movable
  FL_SUM=$(replace_sum "$FX_ROOT$PA_IN")
  if ! { replace_recall && [ "$B_manifest:$B_now" = "$PA_IN:$FL_SUM" ]; }; then
    edit_read "$FX_ROOT$PA_IN"
    B_was=$FL_SUM B_now=$(printf '%s' "$ED_NEW" | replace_sum)
  fi
  fx_before manifest "$PA_IN"
  fx_before was "$B_was"
  fx_before now "$B_now"
  FX_STATE=would
  if [ "$B_now" = "$FL_SUM" ]; then
    # What an interrupted order of this step did is completed: it is not `already`.
    [ -n "$FX_REDO" ] || [ "$B_was" != "$B_now" ] || FX_STATE=already
    fx_say "$PA_IN has these flags"
  else
    servers_spared || fx_refuse last-server "no other API server is ready ($IN_OTHERS): while this one restarts, none would be"
    fx_say "will set $P_FLAG in $PA_IN ($ED_WAS) and restart the server"
  fi
}

act_apply() {
  # The wait, as much again to revert it, and a margin.
  [ "$FX_DEADLINE" -ge $((P_WAIT * 2 + 12)) ] || fx_fail short-deadline "a wait of ${P_WAIT}s needs --timeout $((P_WAIT * 2 + 12))s"
  replace_place "$B_manifest"
  servers_now
  FL_FIRST=$SV_OLD
  case $(replace_sum "$RE_FILE") in
    "$B_was") replace_do ;;
    # An earlier attempt got so far.
    "$B_now") ;;
    *) fx_fail changed-since "somebody changed $B_manifest meanwhile" ;;
  esac
  # Not even a kubectl that hangs may leave a server that is not ready.
  FX_CLOSE=flags_late
  if servers_await flags "$P_WAIT"; then
    FX_CLOSE=''
    fx_say "the server runs with $P_FLAG and is ready"
    return 0
  fi
  FX_CLOSE='' SV_FAILED=$SV_WHY
  servers_now
  replace_back || fx_fail not-moved "$SV_FAILED; cannot move $RE_KEPT back to $B_manifest"
  if servers_await fresh "$P_WAIT"; then
    SV_WHY='and the server is ready again'
  elif [ "$SV_LIST" = "$FL_FIRST" ] && [ -n "$SV_LIST" ]; then
    SV_WHY="but ${P_WAIT}s later the server from before still runs: the kubelet has restarted nothing"
  else
    SV_WHY="but ${P_WAIT}s later the server $SV_WHY"
  fi
  fx_fail not-started "$SV_FAILED within ${P_WAIT}s; the former manifest is back, $SV_WHY"
}

# flags_late: the deadline has come before the server was ready.
flags_late() {
  if replace_back; then fx_say 'the former manifest is back'; else fx_say "cannot move $RE_KEPT back to $B_manifest"; fi
}

act_verify() {
  pause_find kube-apiserver
  [ -n "$PA_IN" ] || fx_fail no-manifest 'no static pod manifest of kube-apiserver is here'
  servers_flagged || fx_fail not-held "$SV_WHY"
  servers_ready || fx_fail not-started "the server $SV_WHY"
  fx_say "the server runs with $P_FLAG and is ready"
}
