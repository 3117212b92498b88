# Remembers the unit; a service (no --on-active) is run for one look, but that of a hold of names and a flood, which end with their folders.
mkdir -p "$SANDBOX/active"
timer='' name=''
while [ $# -gt 0 ]; do
  case $1 in
    --unit=*) name=${1#--unit=} ;;
    --on-active=*) timer=1 ;;
    --setenv=*) export "${1#--setenv=}" ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
if [ -n "$timer" ]; then
  : >"$SANDBOX/active/$name.timer"
  [ ! -e "$SANDBOX/fires-at-arm" ] || /bin/sh "$SANDBOX/run/fireaxe/r1/s1/revert"
else
  : >"$SANDBOX/active/$name.service"
  case $2$3 in
    -c*/dns-hold/watch.sh* | */fireaxe-flood/flood.sh)
      "$@" >/dev/null 2>&1 </dev/null &
      exit 0
      ;;
  esac
  # One look alone, as the real one does not wait for it: its time is not over yet.
  sed -e '/^ho_release$/d' -e 's/^while ho_more; do$/ho_more; for HO_ONCE in 1; do/' -e 's/^ *sleep 1$/:/' "$2" >"$SANDBOX/look.sh"
  HO_FOR=1 CL_FOR=1 "$1" "$SANDBOX/look.sh" >/dev/null 2>&1
fi
