# Orders made over one another at the same place: each step's file `over` names the one below, ST_FILE the uppermost.
# So each can be undone alone: what was made over it reverts to what it would have reverted to.
# needs: common/write common/result
# shellcheck shell=sh

# stack_at PLACE: the table or chain that is meant.
stack_at() { ST_FILE=$FX_HOME/$1.top; }

# stack_top: ST_DIR is the uppermost that stands; empty where none is known. One whose timer fired stands no more.
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

# stack_find: whether this step stands; ST_ABOVE is the one right over it.
stack_find() {
  ST_ABOVE=''
  stack_top
  while [ -n "$ST_DIR" ] && [ "$ST_DIR" != "$FX_DIR" ]; do
    ST_ABOVE=$ST_DIR
    stack_below
  done
  [ -n "$ST_DIR" ]
}

# stack_again: an attempt of this step that others were made over begins anew, with what is here now as its way back.
stack_again() {
  stack_find && [ -n "$ST_ABOVE" ] || return 0
  stack_leave
  rm -f "$FX_DIR/back.nft" "$FX_DIR/back.iptables" "$FX_DIR/back.ip6tables"
}

# stack_enter REPLACED: before the rules are loaded. An order that nobody kept is replaced whole.
stack_enter() {
  ! stack_find || return 0
  stack_top
  [ -z "$1" ] || [ "$ST_DIR" != "$1" ] || stack_below
  fx_write over "$ST_DIR" && fx_write stands '' && { printf '%s\n' "$FX_DIR" >"$ST_FILE"; } 2>/dev/null ||
    fx_fail no-receipt "cannot write $FX_DIR/over and $ST_FILE"
}

# stack_leave: this step stands no more.
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
    # What stood here is reverted already.
    fx_say "cannot write $ST_TO: it still names this step"
  fi
  rm -f "$FX_DIR/stands" 2>/dev/null
}

# stack_lower: for undo, whether what stands here is another's; then it stays, and this step leaves.
stack_lower() {
  [ -e "$ST_FILE" ] && [ -e "$FX_DIR/intent" ] || return 1
  if stack_find; then
    [ -n "$ST_ABOVE" ] || return 1
    FX_NOTE="${ST_ABOVE#"$FX_HOME/"} was made over it and stays; its own undo goes back to what was before both"
    stack_leave
  else
    FX_NOTE='nothing of it stands here any more'
  fi
  FX_STATE=already
}
