# Chains named are emptied first; what is inserted comes first.
case $* in *--test*) cat >/dev/null && exit 0 ;; esac
rules=$SANDBOX/iptables
[ -e "$rules" ] || : >"$rules"
while read -r line; do
  case $line in
    :*)
      chain=${line#:}
      chain=${chain%% *}
      { grep -v -- "^-A $chain " "$rules" | grep -vx -- "-N $chain"; echo "-N $chain"; } >"$rules.new"
      mv "$rules.new" "$rules"
      ;;
    '-A '*) echo "$line" >>"$rules" ;;
    '-I '*)
      rest=${line#-I }
      { echo "-A ${rest%% *} ${rest#* 1 }"; cat "$rules"; } >"$rules.new"
      mv "$rules.new" "$rules"
      ;;
  esac
done
