# Replaces a manifest by a rename, and keeps the old file itself: its bytes, mode, owner and times.
# needs: edit common/result
# shellcheck shell=sh

# replace_sum [FILE]: the SHA-256 of a file or of standard input; empty if there is none.
replace_sum() {
  RE_S=$(sha256sum "$@" 2>/dev/null) || return 0
  echo "${RE_S%% *}"
}

# replace_place PATH: RE_FILE is the manifest, RE_KEPT the kept one: outside the folder that the kubelet reads, on its file system.
replace_place() {
  RE_FILE=$FX_ROOT$1
  RE_HOME=${1%/*}
  RE_HOME=$FX_ROOT${RE_HOME%/*}/fireaxe-flags
  RE_KEPT=$RE_HOME/${1##*/}.$FX_RUN.$FX_STEP
}

# replace_recall: B_manifest, B_was and B_now by the kept file alone, where a reboot took the receipt; false if there is none.
replace_recall() {
  for PA_DIR in $PA_DIRS; do
    set +f
    set -- "$FX_ROOT${PA_DIR%/*}/fireaxe-flags"/*".$FX_RUN.$FX_STEP"
    set -f
    [ -f "$1" ] && edit_text "$1" || continue
    RE_S=${1##*/}
    B_manifest=$PA_DIR/${RE_S%".$FX_RUN.$FX_STEP"}
    B_was=$(replace_sum "$1") B_now=$(printf '%s' "$ED_NEW" | replace_sum)
    return 0
  done
  return 1
}

# replace_later: whether another run has kept what this one made.
replace_later() {
  [ "$B_was" != "$B_now" ] || return 1
  set +f
  set -- "$RE_HOME/${RE_FILE##*/}".*
  set -f
  for RE_L in "$@"; do
    [ "$RE_L" != "$RE_KEPT" ] && [ "$(replace_sum "$RE_L")" = "$B_now" ] && return 0
  done
  return 1
}

replace_do() {
  edit_read "$RE_FILE"
  [ -d "$RE_HOME" ] || mkdir -m 700 "$RE_HOME" || fx_fail not-moved "cannot make $RE_HOME"
  if [ "$(replace_sum "$RE_KEPT")" != "$B_was" ]; then
    rm -f "$RE_KEPT"
    # A second name of the same file; where there are no hard links, a copy.
    ln "$RE_FILE" "$RE_KEPT" 2>/dev/null || { cp -p "$RE_FILE" "$RE_KEPT.new" && mv "$RE_KEPT.new" "$RE_KEPT"; } || replace_not
  fi
  # The copy has mode and owner; then its text is replaced.
  { cp -p "$RE_FILE" "$RE_KEPT.new" && printf '%s' "$ED_NEW" >"$RE_KEPT.new"; } 2>/dev/null || replace_not
  [ "$(replace_sum "$RE_KEPT.new")" = "$B_now" ] || replace_not
  mv "$RE_KEPT.new" "$RE_FILE" || replace_not
}

replace_not() {
  rm -f "$RE_KEPT.new" "$RE_KEPT"
  rmdir "$RE_HOME" 2>/dev/null
  fx_fail not-moved "cannot write in $RE_HOME"
}

# replace_back: the kept file is the manifest again; false if it cannot be.
replace_back() {
  mv "$RE_KEPT" "$RE_FILE" || return 1
  rmdir "$RE_HOME" 2>/dev/null
  return 0
}
