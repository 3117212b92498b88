# One table of text; a file that is loaded replaces it by its last table block, or removes it. kube-proxy's are files.
case $* in
  list*)
    [ ! -e "$SANDBOX/nft-dead" ] || exit 1
    # It had to be ended by `timeout`.
    [ ! -e "$SANDBOX/nft-endless" ] || exit 124
    ;;
esac
case $* in
  'list tables') grep -s '^table' "$SANDBOX/table" || : ;;
  'list table inet '*) cat "$SANDBOX/table" 2>/dev/null ;;
  'list chains') cat "$SANDBOX/kube-proxy/chains" 2>/dev/null ;;
  'list '*' kube-proxy '*) cat "$SANDBOX/kube-proxy/$3-$5" 2>/dev/null ;;
  '-c -f -')
    # An old one, where the file is there.
    if [ -e "$SANDBOX/no-cgroupv2" ]; then
      ! grep -q 'socket cgroupv2' || { echo 'Error: syntax error, unexpected string' && exit 1; }
    else
      cat >/dev/null
    fi
    ;;
  '-f '*)
    if grep -q '^table ' "$2"; then sed -n '/^table /,$p' "$2" >"$SANDBOX/table"; elif grep -q '^delete table' "$2"; then rm -f "$SANDBOX/table"; fi
    # The timer fires just after.
    [ ! -e "$SANDBOX/fires-at-rules" ] || /bin/sh "$SANDBOX/run/fireaxe/r1/s1/revert"
    ;;
  'delete table '*) [ ! -e "$SANDBOX/nft-dead" ] && rm "$SANDBOX/table" ;;
esac
