# Remembers the unit; a service (no --on-active) is run for one look.
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
else
  : >"$SANDBOX/active/$name.service"
  HO_FOR=1 "$@" >/dev/null 2>&1
fi
