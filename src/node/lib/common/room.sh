# Where to write when /run has no room, is read-only, or has no inode left.
# needs: write
# shellcheck shell=sh

# fx_room FILE TEXT: writes the file into FX_DIR, else into this step's own folder in /dev/shm or /tmp, which then becomes
# FX_DIR. Any user may write there: a folder counts if it was made just now, which follows no link, or belongs to this user.
fx_room() {
  fx_aside
  mkdir -p "$FX_DIR" 2>/dev/null && fx_write "$1" "$2" && return 0
  for FX_K in dev/shm tmp; do
    FX_K=$FX_ROOT/$FX_K/fireaxe-$FX_RUN-$FX_STEP
    mkdir -m 700 "$FX_K" 2>/dev/null || continue
    if { printf '%s\n' "$2" >"$FX_K/$1"; } 2>/dev/null; then
      FX_DIR=$FX_K
      return 0
    fi
    rm -rf "$FX_K"
  done
  return 1
}

# fx_aside: finds the folder of a step that began there. One ls tells kind and owner: between two calls, a link could replace
# the folder. No other user can move this user's folder, as both places are sticky.
fx_aside() {
  [ ! -e "$FX_DIR/intent" ] || return 0
  for FX_K in dev/shm tmp; do
    FX_K=$FX_ROOT/$FX_K/fireaxe-$FX_RUN-$FX_STEP
    [ -d "$FX_K" ] || continue
    # shellcheck disable=SC2012,SC2046
    set -- $(ls -ldn "$FX_K" 2>/dev/null)
    case ${1-} in
      d*) [ "${3-}" != "$(id -u)" ] || { FX_DIR=$FX_K && return 0; } ;;
    esac
  done
}
