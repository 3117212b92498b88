# A table of nft that is ours alone, loaded whole in one transaction; iptables is in chain.sh.
# NF_TABLE is its name, NF_RULES the text of its sets and chains.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# nft_read: NF_NOW is the table as it is; false when there is none. An nft that does not answer is no table that is gone:
# NF_ERROR is what it said, and without NF_SOFT that is the end.
nft_read() {
  NF_ERROR=''
  # What is said beside it is no part of the table: with that, the way back could not be loaded.
  if apart nft list table inet "$NF_TABLE"; then
    NF_NOW=$AP_OUT
    # Some warn in the output itself.
    case $NF_NOW in *'table inet '*) NF_NOW="table inet ${NF_NOW#*'table inet '}" ;; esac
    [ -n "$NF_NOW" ]
    return
  fi
  NF_NOW=''
  case $AP_SAID in '' | *'No such file'*) ;; *) NF_ERROR="nft does not answer: $AP_SAID" ;; esac
  [ -z "$NF_ERROR" ] || [ -n "${NF_SOFT-}" ] || nft_dead
  return 1
}

# nft_there: what it found.
nft_there() { [ -n "$NF_NOW" ]; }

# NF_N is how many packets the last counter of it met.
nft_count() { NF_N=${NF_NOW##*'counter packets '} && NF_N=${NF_N%% *}; }

nft_dead() {
  case $FX_OP in check | apply) fx_refuse nft "$NF_ERROR" ;; esac
  fx_fail nft "$NF_ERROR"
}

# nft_replace BODY: the text of a transaction after which the table is as BODY says; an empty one removes it.
# Adding a table that is there changes nothing, so that deleting it never fails.
nft_replace() {
  NF_TEXT="add table inet $NF_TABLE${FX_NL}delete table inet $NF_TABLE$FX_NL$1"
}

nft_text() { NF_BODY="table inet $NF_TABLE {$FX_NL$NF_RULES}"; }

# nft_try: whether the kernel would take it; nothing is changed.
nft_try() { printf '%s\n' "$NF_TEXT" | nft -c -f - 2>&1; }

# nft_load NAME: by way of a file in the receipt, so that what was loaded can be read later. Undo needs no room for one.
nft_load() {
  if [ "$FX_OP" = undo ]; then
    NF_OUT=$(printf '%s\n' "$NF_TEXT" | nft -f - 2>&1)
  else
    fx_write "$1" "$NF_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/$1"
    NF_OUT=$(nft -f "$FX_DIR/$1" 2>&1)
  fi || fx_fail nft "nft refused: $NF_OUT"
}

# nft_save: the way back as a file, from what nft_read found ($1 is empty when there was no table).
nft_save() {
  nft_replace "$1"
  fx_write back.nft "$NF_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/back.nft"
}

# nft_guarded: loads NF_BODY for $1 seconds at most, unless it is kept. The way back stands, and its timer runs, before.
nft_guarded() {
  stack_at "$NF_TABLE"
  stack_again
  if arm_pending && [ "$AR_DIR" != "$FX_DIR" ]; then
    # What was there before an order that nobody kept is the state before this one too.
    cp "$AR_DIR/back.nft" "$FX_DIR/back.nft" 2>/dev/null ||
      fx_fail no-receipt "cannot copy $AR_DIR/back.nft (an order by iptables that nobody kept?)"
  elif [ ! -e "$FX_DIR/back.nft" ]; then
    nft_save "$NF_NOW"
  fi
  # NF_ELSE is what the way back does where the kernel does not take the former table any more.
  arm_back "nft -f '$FX_DIR/back.nft'${NF_ELSE:+ || $NF_ELSE}"
  AR_ELSE="nft delete table inet $NF_TABLE"
  arm "$1"
  stack_due "$1"
  stack_enter "$AR_DIR"
  arm_replace
  nft_replace "$NF_BODY"
  nft_load rules.nft
  arm_check
}

# nft_undo: the table as it was before, then the timer off: were this to fail half-way, the timer still would.
nft_undo() {
  stack_at "$NF_TABLE"
  if stack_lower; then
    arm_undo
    return 0
  fi
  # Where the former one is gone too, with the record of it, the machine was started anew.
  if ! nft_read && { [ "${B_table-absent}" = absent ] || [ ! -e "$FX_DIR/back.nft" ]; }; then
    arm_undo
    stack_leave
    FX_STATE=already FX_NOTE='nothing is here to take back'
    return 0
  fi
  if [ -e "$FX_DIR/back.nft" ]; then
    NF_OUT=$(nft -f "$FX_DIR/back.nft" 2>&1 || ${NF_ELSE:-false}) || fx_fail nft "nft refused: $NF_OUT"
  elif [ "${B_table-absent}" = absent ]; then
    NF_OUT=$(nft delete table inet "$NF_TABLE" 2>&1) || fx_fail nft "nft refused: $NF_OUT"
  else
    fx_fail no-receipt 'what was here before is not recorded on this node any more'
  fi
  # An order that nobody kept may be all that stood here, and NF_ELSE leaves nothing.
  [ "${B_table-absent}" = absent ] || nft_read || B_table=absent
  arm_undo
  stack_leave
  fx_say "table $NF_TABLE as before: ${B_table-absent}"
}

# nft_elements SET: NF_SET is the elements of a set of NF_NOW, as words.
nft_elements() {
  NF_SET=''
  case $NF_NOW in *"set $1 {"*) ;; *) return 0 ;; esac
  NF_T=${NF_NOW#*"set $1 {"}
  # The set ends where the next one or a chain begins.
  NF_T=${NF_T%%'set '*}
  NF_T=${NF_T%%'chain '*}
  case $NF_T in *'elements = {'*) ;; *) return 0 ;; esac
  NF_T=${NF_T#*'elements = {'}
  NF_T=${NF_T%%'}'*}
  FX_I=$IFS IFS=" ,$FX_TAB$FX_NL"
  # shellcheck disable=SC2086
  set -- $NF_T
  IFS=' '
  NF_SET="$*"
  IFS=$FX_I
}

# same_words A B: the same words in any order.
same_words() {
  # shellcheck disable=SC2086
  set -- "$1" "$2" $1
  FX_M=" $2 " FX_N=$1
  shift 2
  FX_K=$#
  for FX_P in "$@"; do case $FX_M in *" $FX_P "*) ;; *) return 1 ;; esac; done
  # shellcheck disable=SC2086
  set -- $FX_M
  [ $# -eq "$FX_K" ]
}
