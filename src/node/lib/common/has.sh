# Which tools this node has. Used by watches too.
# shellcheck shell=sh

# fx_has TOOL: whether this node has the tool. In the drill, tools of the machine that runs the drill do not count.
fx_has() {
  FX_I=$IFS IFS=:
  for FX_P in $PATH; do
    [ -x "$FX_P/$1" ] || continue
    IFS=$FX_I
    [ -n "$FX_ROOT" ] || return 0
    case $FX_P in /bin | /sbin | /usr/* | /opt/*) return 1 ;; esac
    return 0
  done
  IFS=$FX_I
  return 1
}
