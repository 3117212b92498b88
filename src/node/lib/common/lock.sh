# One change at a time on a node. The lock is a link whose target names its owner: it needs an inode only, which a full /run
# still has; it exists whole or not at all; and only one process can create it.
# needs: proc result
# shellcheck shell=sh

fx_lock() {
  FX_WAIT=$((FX_DEADLINE / 2)) FX_GONE=0 FX_MARK=0
  [ "$FX_WAIT" -le 20 ] || FX_WAIT=20
  until fx_sign "$FX_LOCK"; do
    if ! fx_signed; then
      # It was released just now, or nothing can be created here at all.
      FX_GONE=$((FX_GONE + 1))
      [ "$FX_GONE" -ge 5 ] || continue
      fx_sign "$FX_LOCK.$$" || {
        fx_lockless
        return 0
      }
      # It can be created: other orders were faster.
      rm -f "$FX_LOCK.$$"
      FX_GONE=0
      continue
    fi
    if fx_stale; then
      # One process at a time breaks a lock, and checks again first: by then the lock may belong to a living process.
      if fx_sign "$FX_LOCK.break"; then
        ! fx_stale || rm -f "$FX_LOCK"
        rm -f "$FX_LOCK.break"
        continue
      fi
      # A process whose mark stays that long died while breaking the lock.
      FX_MARK=$((FX_MARK + 1))
      [ "$FX_MARK" -le 3 ] || rm -f "$FX_LOCK.break"
    fi
    [ "$FX_WAIT" -gt 0 ] || fx_refuse locked "busy: held by process $FX_OWNER ($FX_LOCK)"
    FX_WAIT=$((FX_WAIT - 1))
    sleep 1
  done
  FX_LOCKED=1
}

# fx_sign PATH: makes the link. A target too long for the inode needs a block; without a free one it names the process only.
fx_sign() {
  fx_start $$ || FX_L=''
  FX_L="$$ ${FX_L:-0}"
  ln -s "$FX_L $FX_RUN/$FX_STEP" "$1" 2>/dev/null || { ! [ -L "$1" ] && ! [ -e "$1" ] && ln -s "$FX_L" "$1" 2>/dev/null; }
}

# fx_signed: whether there is a lock; FX_L is its owner. Earlier versions used a file.
fx_signed() {
  FX_L=$(readlink "$FX_LOCK" 2>/dev/null) || fx_line "$FX_LOCK" || [ -e "$FX_LOCK" ]
}

# fx_lockless: undo and keep work without a lock where nothing can be created: no change can begin there, and both may run twice.
fx_lockless() {
  case $FX_OP in undo | keep) return 0 ;; esac
  fx_refuse no-receipt "cannot make $FX_LOCK (read-only, or no free inode)"
}

# fx_stale: whether the lock's owner is gone; FX_OWNER names the process, FX_HOLDS its step.
fx_stale() {
  FX_OWNER=unknown FX_HOLDS=''
  fx_signed || return 1
  # Its writer died before it wrote anything.
  [ -n "$FX_L" ] || return 0
  # shellcheck disable=SC2086
  set -- $FX_L
  FX_OWNER=$1 FX_HOLDS=${3-}
  [ "${2-0}" != 0 ] || set -- "$1" ''
  ! fx_alive "$1" "$2"
}
