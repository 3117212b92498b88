# Rules are lines of a file, of one table, as -S lists them; built-in chains are always there.
rules=$SANDBOX/iptables
[ ! -e "$SANDBOX/iptables-dead" ] || { echo "can't initialize iptables table: Permission denied" >&2 && exit 3; }
touch "$rules"
[ "$1" != -w ] || shift
[ "$1" != -t ] || shift 2
verb=$1
chain=${2-}
shift
case $verb in
  -S)
    case $chain in
      '') cat "$rules" ;;
      INPUT | PREROUTING) grep -- "^-A $chain " "$rules" | head -n "${2:-99}" ;;
      *) grep -qx -- "-N $chain" "$rules" && grep -- "^-[AN] $chain\$\|^-[AN] $chain " "$rules" ;;
    esac
    [ "$chain" != INPUT ] && [ "$chain" != PREROUTING ] || exit 0
    ;;
  -C) grep -qxF -- "-A $*" "$rules" ;;
  -D)
    grep -qxF -- "-A $*" "$rules" || exit 1
    grep -vxF -- "-A $*" "$rules" >"$rules.new"
    mv "$rules.new" "$rules"
    ;;
  -F | -X)
    what=A
    [ "$verb" = -F ] || what=N
    grep -v -- "^-$what $chain\$\|^-$what $chain " "$rules" >"$rules.new"
    mv "$rules.new" "$rules"
    ;;
esac
