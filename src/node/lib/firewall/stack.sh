# Changes stacked at the same place: each step's file `over` names the one below, ST_FILE the uppermost.
# So each can be undone alone: the change above it then reverts to the state that it would have restored.
# needs: common/write common/result
# shellcheck shell=sh

# stack_at PLACE: sets the table or chain for the calls below.
stack_at() { ST_FILE=$FX_HOME/$1.top; }

# stack_top: ST_DIR is the uppermost step in force; empty if none is known. A step whose timer fired is not in force any more.
stack_top() {
  ST_DIR=''
  ! fx_line "$ST_FILE" || ST_DIR=$FX_L
  while [ -n "$ST_DIR" ] && { [ ! -e "$ST_DIR/stands" ] || [ -e "$ST_DIR/fired" ] || [ -e "$ST_DIR/undone" ]; }; do stack_below; done
}

stack_below() {
  FX_L=''
  fx_line "$ST_DIR/over" || FX_L=''
  ST_DIR=$FX_L
}

# stack_find: whether this step is in force; ST_ABOVE is the one right above it.
stack_find() {
  ST_ABOVE=''
  stack_top
  while [ -n "$ST_DIR" ] && [ "$ST_DIR" != "$FX_DIR" ]; do
    ST_ABOVE=$ST_DIR
    stack_below
  done
  [ -n "$ST_DIR" ]
}

# stack_again: if other steps were made over an earlier attempt of this one, it starts over and reverts to the present state.
stack_again() {
  stack_find && [ -n "$ST_ABOVE" ] || return 0
  stack_leave
  rm -f "$FX_DIR/back.nft" "$FX_DIR/back.iptables" "$FX_DIR/back.ip6tables"
}

# stack_enter REPLACED: puts this step on top before its rules are loaded. An order that was not kept is replaced.
stack_enter() {
  ! stack_find || return 0
  stack_top
  [ -z "$1" ] || [ "$ST_DIR" != "$1" ] || stack_below
  fx_write over "$ST_DIR" && fx_write stands "$FX_ACTION" && { printf '%s\n' "$FX_DIR" >"$ST_FILE"; } 2>/dev/null ||
    fx_fail no-receipt "cannot write $FX_DIR/over and $ST_FILE"
}

# stack_leave: takes this step out of the stack.
stack_leave() {
  stack_find || return 0
  stack_below
  if [ -z "$ST_ABOVE" ]; then
    ST_TO=$ST_FILE
  else
    ST_TO=$ST_ABOVE/over
    for FX_K in back.nft back.iptables back.ip6tables; do
      # A copy would need room.
      [ ! -e "$FX_DIR/$FX_K" ] || mv -f "$FX_DIR/$FX_K" "$ST_ABOVE/$FX_K" 2>/dev/null ||
        fx_fail no-receipt "cannot write $ST_ABOVE/$FX_K"
    done
  fi
  if ! fx_over "$ST_TO" "$ST_DIR"; then
    [ -z "$ST_ABOVE" ] || fx_fail no-receipt "cannot write $ST_TO"
    # The change is reverted already.
    fx_say "cannot write $ST_TO: it still names this step"
  fi
  rm -f "$FX_DIR/stands" 2>/dev/null
}

# stack_still: of a change that the kernel still has, says which other run made it, and how to undo it. Nothing where another action,
# such as readmit, is uppermost: its undo brings the change back.
stack_still() {
  stack_top
  [ -n "$ST_DIR" ] && fx_line "$ST_DIR/stands" && [ "$FX_L" = "$FX_ACTION" ] || return 0
  ST_RUN=${ST_DIR%/*}
  ST_RUN=${ST_RUN##*/}
  [ "$ST_RUN" = "$FX_RUN" ] || fx_say "the $FX_ACTION of run $ST_RUN still stands here; to undo it: fireaxe undo $ST_RUN"
}

# stack_lower: for undo, whether another step's change is on top, ST_ABOVE, and this step leaves the stack; or this one is in it no more.
stack_lower() {
  [ -e "$ST_FILE" ] && [ -e "$FX_DIR/intent" ] || return 1
  if stack_find; then
    [ -n "$ST_ABOVE" ] || return 1
    FX_NOTE="${ST_ABOVE#"$FX_HOME/"} was made over it and stays; undoing that step restores the state before both"
    stack_leave
  else
    ST_ABOVE=''
    FX_NOTE='this step is no longer in force here'
  fi
  FX_STATE=already
}
