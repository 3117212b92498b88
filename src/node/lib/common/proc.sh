# First lines of files, and whether a process still runs.
# needs: start
# shellcheck shell=sh

# fx_line FILE: FX_L is the file's first line; false when it cannot be read.
fx_line() {
  FX_L=''
  [ -r "$1" ] || return 1
  { read -r FX_L <"$1"; } 2>/dev/null || [ -n "$FX_L" ]
}

# fx_start PID: FX_L is when the process started, FX_P its state; false without /proc.
fx_start() {
  fx_line "$FX_ROOT/proc/$1/stat" || return 1
  # shellcheck disable=SC2086
  set -- ${FX_L##*) }
  FX_P=${1-} FX_L=${20-}
}

# fx_alive PID START: whether the same process still runs; a reused PID has another start.
fx_alive() {
  kill -0 "$1" 2>/dev/null || return 1
  fx_start "$1" || return 0
  [ "$FX_P" != Z ] && { [ -z "$2" ] || [ "$FX_L" = "$2" ]; }
}
