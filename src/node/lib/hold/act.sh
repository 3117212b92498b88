# Holds a unit, processes (or pods), or both, the unit first.
# needs: unit unit-undo process
# shellcheck shell=sh

# The before-state holds the parts that were asked for.
B_unit=${B_unit-} B_triggers=${B_triggers-} B_with=${B_with-} B_watch=${B_watch-off} B_until=${B_until-} B_stopped=${B_stopped-}

act_look() {
  FX_STATE=already
  [ -z "$P_UNIT" ] || unit_look
  [ -z "$P_PODS" ] || pods_ready
  [ -z "$IN_KEY" ] || process_look
  [ "$FX_STATE" = would ] || fx_say 'held already'
}

act_apply() {
  [ -z "$P_UNIT" ] || unit_apply
  [ -z "$IN_KEY" ] || process_apply
}

act_verify() {
  [ -z "$P_UNIT" ] || unit_verify
  [ -z "$P_PODS" ] || pods_ready
  [ -z "$IN_KEY" ] || process_verify
}

# The processes run again before the unit that supervises them does.
act_undo() {
  [ -z "$IN_KEY" ] || process_undo
  [ -z "$P_UNIT" ] || unit_undo
}
