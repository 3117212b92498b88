# Writing into the step's receipt folder.
# needs: start
# shellcheck shell=sh

fx_write() { { printf '%s\n' "$2" >"$FX_DIR/$1"; } 2>/dev/null; }

# fx_over FILE TEXT: overwrites the first line of a file in place: it keeps its block, so a full /run has room for it.
fx_over() { { printf '%s\n' "$2" 1<>"$1"; } 2>/dev/null; }

fx_record() {
  fx_write "done" "$FX_STATE$FX_NL$FX_CODE$FX_NL$FX_EXIT$FX_NL${FX_NOTE%%"$FX_NL"*}$FX_NL$FX_DATA"
}
