# Common part: one change at a time on a node.
# shellcheck shell=sh
# shellcheck disable=SC1003,SC2015,SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

fx_lock() {
  FX_WAIT=$((FX_DEADLINE / 2)) FX_EMPTY=0 FX_GONE=0 FX_MARK=0
  [ "$FX_WAIT" -le 20 ] || FX_WAIT=20
  until fx_take; do
    if [ ! -e "$FX_LOCK" ]; then
      # Let go of just now; or nothing can be created here at all.
      FX_GONE=$((FX_GONE + 1))
      [ "$FX_GONE" -lt 5 ] || fx_refuse no-receipt "cannot write $FX_LOCK (disk full or read-only?)"
      continue
    fi
    if fx_stale; then
      # One at a time breaks a lock, and looks again when it is its turn: by then it may be a living one's.
      if fx_create "$FX_LOCK.break"; then
        ! fx_stale || rm -f "$FX_LOCK"
        rm -f "$FX_LOCK.break"
        FX_EMPTY=0
        continue
      fi
      # Whose mark stays that long died over it.
      FX_MARK=$((FX_MARK + 1))
      [ "$FX_MARK" -le 3 ] || rm -f "$FX_LOCK.break"
    fi
    [ "$FX_WAIT" -gt 0 ] || fx_refuse locked "busy: held by process $FX_OWNER ($FX_LOCK)"
    FX_WAIT=$((FX_WAIT - 1))
    sleep 1
  done
}

fx_create() {
  set -C
  # Not `:`, a special builtin: its failed redirection would end the shell.
  { printf '' >"$1"; } 2>/dev/null
  FX_N=$?
  set +C
  return $FX_N
}

fx_take() {
  fx_create "$FX_LOCK" || return 1
  FX_LOCKED=1
  fx_start $$ || FX_L=''
  { printf '%s %s %s\n' $$ "${FX_L:-0}" "$FX_RUN/$FX_STEP" >"$FX_LOCK"; } 2>/dev/null ||
    fx_refuse no-receipt "cannot write $FX_LOCK"
}

# Whether the lock's owner is gone; FX_OWNER names it, FX_HOLDS its step.
fx_stale() {
  FX_OWNER='' FX_HOLDS=''
  fx_line "$FX_LOCK" || {
    # Just being written, or its writer died between the two steps.
    FX_OWNER=nobody FX_EMPTY=$((FX_EMPTY + 1))
    [ -e "$FX_LOCK" ] && [ "$FX_EMPTY" -gt 3 ]
    return
  }
  # shellcheck disable=SC2086
  set -- $FX_L
  FX_OWNER=$1 FX_HOLDS=${3-}
  [ "${2-0}" != 0 ] || set -- "$1" ''
  ! fx_alive "$1" "$2"
}
