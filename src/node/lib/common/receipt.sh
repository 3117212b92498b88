# What a node remembers of a step, and what a second order of the same step finds.
# needs: proc result write
# shellcheck shell=sh

# fx_intent: the before-state must fit into the journal whole, or nothing is changed.
fx_intent() {
  fx_members "$FX_BEFORE"
  [ ${#FX_M} -le 1000 ] || fx_refuse before-too-large 'the state before does not fit the result line'
  # The first attempt's receipt is not rewritten: on a full disk it would be lost.
  [ -n "$FX_REDO" ] || { fx_write before "$FX_BEFORE" && fx_order && fx_write intent "$FX_NONCE $FX_NOW"; } || fx_unwritten
  { printf '%s %s\n' "$FX_NONCE" "$FX_NOW" >>"$FX_DIR/ran"; } 2>/dev/null || fx_unwritten
  FX_RECORD=1
}

# fx_order: whose change it is and with which parameters, for those who have no journal of it.
fx_order() { [ -z "$FX_ORDER" ] || fx_write order "$FX_ORDER"; }

# fx_unwritten: with half a receipt, undo would revert what was never done.
fx_unwritten() {
  [ -n "$FX_REDO" ] || rm -f "$FX_DIR/before" "$FX_DIR/order" "$FX_DIR/intent"
  fx_refuse no-receipt "cannot write under $FX_DIR (disk full or read-only?)"
}

# fx_recall_before: reads the recorded before-state into FX_BEFORE and B_…
fx_recall_before() {
  FX_BEFORE=''
  [ -r "$FX_DIR/before" ] || return 1
  while IFS= read -r FX_K; do
    [ -z "$FX_K" ] || fx_before "${FX_K%%=*}" "${FX_K#*=}"
  done <"$FX_DIR/before"
  fx_before_vars
}

fx_before_vars() {
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $FX_BEFORE; do
    FX_L=${FX_K#*=}
    case ${FX_K%%=*} in *[!a-z0-9_]*) ;; *) eval "B_${FX_K%%=*}=\$FX_L" ;; esac
  done
  IFS=$FX_I
}

# fx_recall: the recorded result becomes the result of this order.
fx_recall() {
  { read -r FX_STATE && read -r FX_CODE && read -r FX_EXIT && read -r FX_NOTE && read -r FX_DATA; } <"$FX_DIR/done"
  fx_recall_before
}

# fx_kept FOLDER: whether the armed change of that step is kept: the link `off` of a keep decides, and may be all that it left.
fx_kept() { [ -e "$1/kept" ] || [ "$(readlink "$1/off" 2>/dev/null)" = keep/. ]; }

# fx_ran: whether this order itself began before; FX_AGAIN is set then.
fx_ran() {
  FX_AGAIN=''
  [ -r "$FX_DIR/ran" ] || return 1
  while read -r FX_K FX_L; do [ "$FX_K" != "$FX_NONCE" ] || FX_AGAIN=1; done <"$FX_DIR/ran"
  [ -n "$FX_AGAIN" ]
}

# fx_seen: whether an earlier delivery leaves this one nothing to do.
fx_seen() {
  if [ ! -e "$FX_DIR/intent" ]; then
    [ ! -e "$FX_DIR/undone" ] || rm -f "$FX_DIR/undone" "$FX_DIR/undone.says"
    return 1
  fi
  FX_UNDONE=''
  fx_ran
  if [ -e "$FX_DIR/undone" ] || [ -e "$FX_DIR/fired" ]; then
    # It was undone or reverted since: a new order starts over, a late copy of the old one does not.
    if [ -z "$FX_AGAIN$FX_ONCE" ]; then
      for FX_K in intent before order "done" undone fired kept due timer back.nft back.iptables back.ip6tables stands added4 added6 control transient until with; do
        [ ! -e "$FX_DIR/$FX_K" ] || rm -f "$FX_DIR/$FX_K"
      done
      set +f
      rm -f "$FX_DIR/undone.says" "$FX_DIR"/less[46]*
      set -f
      return 1
    fi
    FX_UNDONE=1
  fi
  # On a full disk the file may be empty.
  if [ -s "$FX_DIR/done" ]; then
    fx_line "$FX_DIR/done"
    # A new order may try again what failed, and keeps the first before-state.
    if [ "$FX_L" = failed ] && [ -z "$FX_AGAIN$FX_ONCE" ]; then
      FX_REDO=1
      return 1
    fi
    fx_recall
  elif [ -z "$FX_AGAIN$FX_ONCE" ]; then
    FX_REDO=1
    return 1
  else
    fx_recall_before
    FX_STATE=interrupted FX_NOTE='began once and did not end; it is not run again'
  fi
  fx_data again 1
  [ -z "$FX_UNDONE" ] || fx_data undone 1
}
