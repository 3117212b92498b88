# The processes of this login and of Fireaxe's watches, which are never held.
# needs: common/proc
# shellcheck shell=sh

# hold_own: HO_OWN are this shell, its parents and every watch: never held. HO_WAY are those without the watches.
hold_own() {
  HO_OWN=$$ HO_P=$$
  while fx_line "$FX_ROOT/proc/$HO_P/stat"; do
    FX_L=${FX_L##*) }
    FX_L=${FX_L#? }
    HO_P=${FX_L%% *}
    [ "$HO_P" -gt 1 ] 2>/dev/null || break
    HO_OWN="$HO_OWN $HO_P"
  done
  HO_WAY=$HO_OWN
  set +f
  for HO_P in "$FX_HOME"/hold-*/watch; do ! fx_line "$HO_P" || HO_OWN="$HO_OWN $FX_L"; done
  set -f
}
