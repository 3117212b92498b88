# Puts the ceiling in place and takes it away: a drop-in where the kubelet has a folder for them, else in its file, the former
# file kept beside it under the step's name.
# needs: owed common/result
# shellcheck shell=sh

PC_NAME=99-fireaxe-pace.conf

# pace_sum [FILE]: the SHA-256 of a file or of standard input; empty if there is none.
pace_sum() {
  FX_L=$(sha256sum "$@" 2>/dev/null) || return 0
  echo "${FX_L%% *}"
}

# pace_place WHERE PATH: PC_AT is the file that changes, PC_KEPT the kept one.
pace_place() {
  PC_WHERE=$1 PC_AT=$FX_ROOT$2
  PC_KEPT=$PC_AT.fireaxe-$FX_RUN-$FX_STEP
}

# pace_others: PC_BY is the step of another ceiling here; empty where there is none.
pace_others() {
  PC_BY=''
  if [ -n "$PC_DIR" ] && fx_line "$FX_ROOT$PC_DIR/$PC_NAME"; then
    FX_L=${FX_L#'# fireaxe '}
    PC_BY=${FX_L%%:*}
  fi
  [ -z "$PC_BY" ] && [ -n "$PC_FILE" ] || return 0
  set +f
  for FX_K in "$FX_ROOT$PC_FILE".fireaxe-*; do
    [ ! -e "$FX_K" ] || [ "$FX_K" = "$FX_ROOT$PC_FILE.fireaxe-$FX_RUN-$FX_STEP" ] || PC_BY=${FX_K##*.fireaxe-}
  done
  set -f
}

# pace_overridden: a drop-in that is read after this one sets one of the keys, too.
pace_overridden() {
  set +f
  set -- "$FX_ROOT$PC_DIR"/*.conf
  set -f
  FX_N=''
  for FX_K in "$@"; do
    case $FX_K in */"$PC_NAME") FX_N=1 && continue ;; esac
    # The shell lists them in the order in which the kubelet reads them.
    [ -n "$FX_N" ] || pace_after "${FX_K##*/}" || continue
    ! grep -qE 'serializeImagePulls|maxParallelImagePulls|registryPullQPS|registryBurst' "$FX_K" 2>/dev/null ||
      fx_refuse overridden "${FX_K#"$FX_ROOT"} is read after $PC_NAME and sets the same: change it there"
  done
}

# pace_after NAME: whether it comes after ours.
pace_after() { [ "$(printf '%s\n' "$PC_NAME" "$1" | sort | head -n 1)" = "$PC_NAME" ]; }

# pace_put: false, and nothing is changed, where it cannot be written.
pace_put() {
  if [ "$PC_WHERE" = file ] && [ "$(pace_sum "$PC_KEPT")" != "$B_was" ]; then
    rm -f "$PC_KEPT"
    # A second name of the same file; where there are no hard links, a copy.
    ln "$PC_AT" "$PC_KEPT" 2>/dev/null || cp -p "$PC_AT" "$PC_KEPT" 2>/dev/null || { rm -f "$PC_KEPT" && return 1; }
  fi
  # The copy has mode and owner; the kubelet reads only names that end in .conf.
  [ "$PC_WHERE" = dropin ] || cp -p "$PC_AT" "$PC_AT.fireaxe" 2>/dev/null
  if { printf '%s' "$PC_NEW" >"$PC_AT.fireaxe"; } 2>/dev/null && [ "$(pace_sum "$PC_AT.fireaxe")" = "$B_now" ] &&
    mv "$PC_AT.fireaxe" "$PC_AT"; then
    return 0
  fi
  rm -f "$PC_AT.fireaxe"
  [ "$PC_WHERE" = dropin ] || rm -f "$PC_KEPT"
  return 1
}

# pace_back: as it was before. It needs no room.
pace_back() {
  pace_owe
  if [ "$PC_WHERE" = dropin ]; then rm "$PC_AT"; else mv "$PC_KEPT" "$PC_AT"; fi
} 2>/dev/null
