# What listens is the file `listens`.
case $1 in -Hl*) cat "$SANDBOX/listens" 2>/dev/null && exit ;; esac
# Connections are lines of a file; -K closes them.
case $* in
  -K*) cat "$SANDBOX/sockets" 2>/dev/null && rm -f "$SANDBOX/sockets" ;;
  *) cat "$SANDBOX/sockets" 2>/dev/null ;;
esac
:
