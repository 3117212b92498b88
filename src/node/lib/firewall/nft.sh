# A table of nft that is Fireaxe's alone, loaded whole in one transaction.
# NF_TABLE is its name, NF_RULES the text of its sets and chains.
# needs: common/apart common/write common/result
# shellcheck shell=sh

# nft_read: NF_NOW is the table as it is; false if there is none. If nft does not answer, that does not prove that the table is gone:
# NF_ERROR is what nft said, and without NF_SOFT the script ends.
nft_read() {
  NF_ERROR=''
  # Standard error is kept apart: with a warning in it, the saved table could not be loaded.
  if apart nft list table inet "$NF_TABLE"; then
    NF_NOW=$AP_OUT
    # Some versions warn on standard output.
    case $NF_NOW in *'table inet '*) NF_NOW="table inet ${NF_NOW#*'table inet '}" ;; esac
    [ -n "$NF_NOW" ]
    return
  fi
  NF_NOW=''
  case $AP_SAID in '' | *'No such file'*) ;; *) NF_ERROR="nft does not answer: $AP_SAID" ;; esac
  [ -z "$NF_ERROR" ] || [ -n "${NF_SOFT-}" ] || nft_dead
  return 1
}

# nft_there: whether it found the table.
nft_there() { [ -n "$NF_NOW" ]; }

# nft_count: NF_N is the number of packets of its last counter.
nft_count() { NF_N=${NF_NOW##*'counter packets '} && NF_N=${NF_N%% *}; }

nft_dead() {
  case $FX_OP in check | apply) fx_refuse nft "$NF_ERROR" ;; esac
  fx_fail nft "$NF_ERROR"
}

# nft_replace BODY: the text of a transaction after which the table is as BODY says; an empty one removes it.
# Adding a table that exists changes nothing, so that deleting it never fails.
nft_replace() {
  NF_TEXT="add table inet $NF_TABLE${FX_NL}delete table inet $NF_TABLE$FX_NL$1"
}

# nft_try: whether the kernel would accept it; changes nothing.
nft_try() { printf '%s\n' "$NF_TEXT" | nft -c -f - 2>&1; }

# nft_load NAME: loads it from a file in the receipt, so that it can be read later. Undo needs no room for a file.
nft_load() {
  if [ "$FX_OP" = undo ]; then
    NF_OUT=$(printf '%s\n' "$NF_TEXT" | nft -f - 2>&1)
  else
    fx_write "$1" "$NF_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/$1"
    NF_OUT=$(nft -f "$FX_DIR/$1" 2>&1)
  fi || fx_fail nft "nft refused: $NF_OUT"
}

# nft_save TEXT: writes the revert as a file, from what nft_read found (empty if there was no table).
nft_save() {
  nft_replace "$1"
  fx_write back.nft "$NF_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/back.nft"
}
