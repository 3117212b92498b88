# Changes of other operators that stand on this node: who makes a change should know of them.
# needs: common/proc common/result
# shellcheck shell=sh

# receipts_others MINE: data.other_1 and so on are `RUN/STEP OPERATOR` of steps that may stand and can be undone, at most 5.
# An order that contains MINE is one's own.
receipts_others() {
  RC_MINE=$1 RC_N=0
  set +f
  set -- "$FX_HOME"/*/*/order
  set -f
  for RC_D in "$@"; do
    RC_D=${RC_D%/order}
    [ ! -e "$RC_D/undone" ] && [ ! -L "$RC_D/undone.says" ] && [ ! -e "$RC_D/fired" ] || continue
    ! fx_line "$RC_D/done" || case $FX_L in already | refused | ok) continue ;; esac
    fx_line "$RC_D/order" || continue
    # An order that cannot be undone, such as a command, has a reason for that.
    case $FX_L in *"$RC_MINE"* | *'"noUndo":'*) continue ;; esac
    FX_L=${FX_L#*'"operator":"'}
    RC_N=$((RC_N + 1))
    fx_data "other_$RC_N" "${RC_D#"$FX_HOME"/} ${FX_L%%\"*}"
    [ "$RC_N" -lt 5 ] || return 0
  done
}
