# The addresses of the loopback are lines of a file.
last=''
for word in "$@"; do last=$word; done
case "$*" in
  '-o addr show dev kube-ipvs0') cat "$SANDBOX/kube-ipvs0" 2>/dev/null || : ;;
  '-o addr show '*) grep -sx "$last" "$SANDBOX/addresses" || : ;;
  'addr add '*)
    # The timer fires just before.
    [ ! -e "$SANDBOX/fires-at-address" ] || /bin/sh "$SANDBOX/run/fireaxe/r1/s1/revert"
    echo "${3%/*}" >>"$SANDBOX/addresses"
    ;;
  'addr del '*)
    grep -vx "${3%/*}" "$SANDBOX/addresses" >"$SANDBOX/addresses.new"
    mv "$SANDBOX/addresses.new" "$SANDBOX/addresses"
    [ -s "$SANDBOX/addresses" ] || rm "$SANDBOX/addresses"
    ;;
esac
