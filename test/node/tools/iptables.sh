# Rules are lines of a file, of one table, as -S lists them; built-in chains are always there.
# No tool called more often: it starts none itself.
rules=$SANDBOX/iptables
[ ! -e "$SANDBOX/iptables-dead" ] || { echo "can't initialize iptables table: Permission denied" >&2 && exit 3; }
[ -e "$rules" ] || : >"$rules"
[ "$1" != -w ] || shift
[ "$1" != -t ] || shift 2
verb=$1
chain=${2-}
shift
there='' most=999
case $verb$chain in
  -S) there=1 ;;
  -SINPUT | -SPREROUTING) there=1 most=${2:-99} ;;
esac
listed='' kept='' hit=''
nl='
'
while IFS= read -r line; do
  of=''
  case $line in
    "-N $chain") of=N there=1 ;;
    "-A $chain" | "-A $chain "*) of=A ;;
  esac
  if [ -z "$chain$of" ] || [ -n "$of" ] && [ "$most" -gt 0 ]; then
    listed=$listed$line$nl
    most=$((most - 1))
  fi
  case $verb$of in
    -CA | -DA) [ "$line" != "-A $*" ] || { hit=1 && continue; } ;;
    -FA | -XN) continue ;;
  esac
  kept=$kept$line$nl
done <"$rules"
case $verb in
  -S) [ -z "$there" ] || printf '%s' "$listed" ;;
  -C) [ -n "$hit" ] ;;
  -D) [ -n "$hit" ] && printf '%s' "$kept" >"$rules" ;;
  -F | -X) printf '%s' "$kept" >"$rules" ;;
esac
