# Units are files of properties under units/; timers and transient units are empty files under active/.
# With lines in systemctl-answers/VERB, each call of that verb takes one: `ok`, or `fail` without doing anything.
verb=$1
shift
if [ -s "$SANDBOX/systemctl-answers/$verb" ]; then
  read -r answer <"$SANDBOX/systemctl-answers/$verb"
  sed -i 1d "$SANDBOX/systemctl-answers/$verb"
  [ "$answer" = ok ] || exit 1
fi
case $verb in
  show)
    while [ $# -gt 1 ]; do shift; done
    if [ -e "$SANDBOX/units/$1" ]; then cat "$SANDBOX/units/$1"; else printf 'Id=%s\nLoadState=not-found\nActiveState=inactive\n' "$1"; fi
    ;;
  is-active)
    say=echo
    [ "$1" != --quiet ] || { say=: && shift; }
    if [ -e "$SANDBOX/active/$1" ] || grep -qs '^ActiveState=active' "$SANDBOX/units/$1"; then $say active; else
      $say inactive
      exit 3
    fi
    ;;
  restart)
    # A new process with the same command line; none where the text in `refused-by-kubelet` is in its settings.
    for unit in "$@"; do :; done
    old=$(sed -n 's/^MainPID=//p' "$SANDBOX/units/$unit")
    if [ -e "$SANDBOX/refused-by-kubelet" ] &&
      grep -rqsf "$SANDBOX/refused-by-kubelet" "$SANDBOX/var/lib/kubelet" "$SANDBOX/etc/kubernetes"; then
      change="s/^MainPID=.*/MainPID=0/;s/^ActiveState=.*/ActiveState=failed/"
    else
      new=$((old + 1000))
      mkdir -p "$SANDBOX/proc/$new"
      cp "$SANDBOX/proc/999999001/cmdline" "$SANDBOX/proc/$new/cmdline"
      change="s/^MainPID=.*/MainPID=$new/;s/^ActiveState=.*/ActiveState=active/"
    fi
    sed "$change" "$SANDBOX/units/$unit" >"$SANDBOX/unit.new"
    mv "$SANDBOX/unit.new" "$SANDBOX/units/$unit"
    ;;
  mask | unmask | start | stop)
    [ "$1" != --runtime ] || shift
    [ "$1" != --no-reload ] || shift
    [ "$1" != -- ] || shift
    for unit in "$@"; do
      case $verb in
        mask) change='s/^LoadState=.*/LoadState=masked/' ;;
        unmask) change='s/^LoadState=.*/LoadState=loaded/' ;;
        start) change='s/^ActiveState=.*/ActiveState=active/' ;;
        stop) change='s/^ActiveState=.*/ActiveState=inactive/' ;;
      esac
      rm -f "$SANDBOX/active/$unit"
      [ -e "$SANDBOX/units/$unit" ] || continue
      sed "$change" "$SANDBOX/units/$unit" >"$SANDBOX/unit.new"
      mv "$SANDBOX/unit.new" "$SANDBOX/units/$unit"
    done
    ;;
esac
