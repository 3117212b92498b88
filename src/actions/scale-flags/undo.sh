# Puts the former manifest back, the file itself, and waits for the server.
# needs: manifest replace servers
# shellcheck shell=sh

act_undo() {
  flags_known "${B_manifest-}"
  replace_place "$B_manifest"
  servers_now
  UN_SUM=$(replace_sum "$RE_FILE")
  case $UN_SUM in
    "$B_was")
      # A later run may have set the same again; its undo would bring back what this one made.
      ! replace_later || fx_fail changed-since "a later run has changed $B_manifest, too: undo it first"
      [ "$(replace_sum "$RE_KEPT")" != "$B_was" ] || rm -f "$RE_KEPT"
      rm -f "$RE_KEPT.new"
      rmdir "$RE_HOME" 2>/dev/null
      FX_STATE=already
      fx_say "$B_manifest is as it was"
      return 0
      ;;
    "$B_now") ;;
    '') fx_fail missing "$B_manifest is gone; the former one is kept as $RE_KEPT" ;;
    *) fx_fail changed-since "somebody changed $B_manifest since (a later run is undone first); the former one is kept as $RE_KEPT" ;;
  esac
  [ "$(replace_sum "$RE_KEPT")" = "$B_was" ] || fx_fail missing "the former manifest is not at $RE_KEPT"
  # An undo is not refused.
  servers_spared || fx_say 'no other API server is ready'
  replace_back || fx_fail not-moved "cannot move $RE_KEPT back to $B_manifest"
  fx_say "$B_manifest is back"
  servers_await fresh "$P_WAIT" || fx_fail not-started "after ${P_WAIT}s the server $SV_WHY"
  fx_say 'the server is ready'
}

# flags_known PATH: a path from the journal is accepted only within the known folders.
flags_known() {
  for PA_DIR in $PA_DIRS; do
    case $1 in
      "$PA_DIR"/.* | "$PA_DIR"/*/*) ;;
      "$PA_DIR"/?*) return 0 ;;
    esac
  done
  fx_fail odd-name "$1 is not in a folder of manifests"
}

# flags_remember: after a reboot before the outcome was heard, neither journal nor /run has the before-state.
# The kept file has it.
flags_remember() {
  [ "$FX_OP" = undo ] && [ -z "${FX_HAS_BEFORE-}" ] && [ ! -r "$FX_DIR/before" ] || return 0
  ! replace_recall || FX_HAS_BEFORE=1
}
flags_remember
