# Every receipt on this node, a line each: what became of the step, and whose it is.
# needs: common/lock common/receipt common/tools firewall/due
# shellcheck shell=sh

# receipts_tell SKIP BYTES: prints `receipt RUN/STEP BEGAN STATE LEFT ENDED ORDER` for each receipt after the first SKIP, in
# about BYTES; where that is too little, data.more is the SKIP of the next call. A member that is not known is `-`.
# BEGAN and ENDED are Unix times by this node's clock (ENDED may have `/OPERATOR`, who undid it), LEFT the seconds until the node reverts the step, or `kept`.
receipts_tell() {
  RC_N=0 RC_SKIP=$1 RC_ROOM=$2 RC_MOST=$(($2 - 1000))
  set +f
  set -- "$FX_HOME"/*/*/intent
  set -f
  for RC_D in "$@"; do
    RC_D=${RC_D%/intent}
    fx_line "$RC_D/intent" || continue
    RC_BEGAN=${FX_L##* }
    RC_N=$((RC_N + 1))
    [ "$RC_N" -gt "$RC_SKIP" ] || continue
    receipts_state
    RC_LEFT=- RC_ENDED=-
    case $RC_STATE in
      changed) receipts_left ;;
      undone) receipts_ended ;;
    esac
    fx_line "$RC_D/order" || FX_L=-
    receipts_line "${RC_D#"$FX_HOME"/}" "$RC_BEGAN $RC_STATE $RC_LEFT $RC_ENDED" || return 0
  done
}

# receipts_line RUN/STEP WORDS: prints it with FX_L, its order; false if there is no more room.
receipts_line() {
  # It would not fit into the next call either.
  [ "${#FX_L}" -le "$RC_MOST" ] || FX_L=long
  RC_ROOM=$((RC_ROOM - ${#1} - ${#2} - ${#FX_L} - 10))
  if [ "$RC_ROOM" -lt 0 ]; then
    fx_data more $((RC_N - 1))
    return 1
  fi
  printf 'receipt %s\n' "$1 $2 $FX_L"
}

# receipts_state: RC_STATE is what the receipt in RC_D says of its step: a state of its result, or `undone`, `reverted` (by
# its timer), `running`, `interrupted`.
receipts_state() {
  if [ -e "$RC_D/undone" ] || [ -L "$RC_D/undone.says" ]; then
    RC_STATE=undone
  elif [ -e "$RC_D/fired" ]; then
    RC_STATE=reverted
  elif [ -s "$RC_D/done" ] && fx_line "$RC_D/done"; then
    RC_STATE=${FX_L:-interrupted}
  elif receipts_running; then
    RC_STATE=running
  else
    RC_STATE=interrupted
  fi
}

# receipts_running: whether the step in RC_D holds a lock, the node's or its own.
receipts_running() {
  for FX_LOCK in "$RC_D/lock" "$FX_HOME/lock"; do
    if fx_signed && ! fx_stale; then
      case $FX_HOLDS in '' | "${RC_D#"$FX_HOME"/}") return 0 ;; esac
    fi
  done
  return 1
}

receipts_left() {
  if fx_kept "$RC_D"; then RC_LEFT=kept; elif stack_left "$RC_D"; then RC_LEFT=$FX_L; fi
}

# receipts_ended: RC_ENDED is the time of the undo, with `/OPERATOR` where a version that notes it made it.
receipts_ended() {
  fx_line "$RC_D/undone" || FX_L=$(readlink "$RC_D/undone.says") || return 0
  # shellcheck disable=SC2086
  set -- $FX_L
  RC_ENDED=${2:--}
  case $#:${3-} in 4:-) ;; 4:*) RC_ENDED=$RC_ENDED/$3 ;; esac
}
