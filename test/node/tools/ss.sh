# Connections are lines of a file, -K closes them; so are the connections of this machine to others, and its listeners.
[ ! -e "$SANDBOX/noise" ] || cat "$SANDBOX/noise" >&2
case $* in
  -Hl*) cat "$SANDBOX/listens" 2>/dev/null ;;
  -K*) cat "$SANDBOX/sockets" 2>/dev/null && rm -f "$SANDBOX/sockets" ;;
  -Htnlp) cat "$SANDBOX/listeners" 2>/dev/null ;;
  -Htnp*) cat "$SANDBOX/outgoing" 2>/dev/null ;;
  *) cat "$SANDBOX/sockets" 2>/dev/null ;;
esac
:
