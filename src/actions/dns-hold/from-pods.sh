# Questions from the network of pods on this node, on which firewalls and network policies act as they do not on the node itself.
# needs: dns/ask common/within common/has
# shellcheck shell=sh

# pods_find ADDRESS…: PD_ALL are processes of at most three pods that have one of the addresses as a resolver, each in another network.
# None where nsenter is missing or may not enter.
pods_find() {
  PD_ALL='' PD_NETS=' '
  fx_has nsenter || return 0
  # By its path, as a shell of busybox takes its own tool first.
  PD_BY=$FX_P/nsenter
  PD_HOST=$(readlink "$FX_ROOT/proc/1/ns/net" 2>/dev/null) || return 0
  PD_LINES=$(printf 'nameserver %s\n' "$@")
  set +f
  # Of each pod some processes: one may have its own resolvers.
  PD_K=$(within 2 ls -l "$FX_ROOT"/proc/[0-9]*/ns/net 2>/dev/null | awk -v host="$PD_HOST" '
    $NF ~ /^net:/ && $NF != host && seen[$NF]++ < 3 { sub(/\/ns\/net$/, "", $(NF - 2)); print $NF, $(NF - 2) }' | head -n 60)
  set -f
  # shellcheck disable=SC2086
  set -- $PD_K
  while [ $# -gt 1 ]; do
    case $PD_NETS in *" $1 "*) shift 2 && continue ;; esac
    if within 1 grep -q -x -F -e "$PD_LINES" "$2/root/etc/resolv.conf" 2>/dev/null && "$PD_BY" -t "${2##*/}" -n true 2>/dev/null; then
      PD_ALL="$PD_ALL${PD_ALL:+ }${2##*/}" PD_NETS="$PD_NETS$1 "
    fi
    case $PD_ALL in *' '*' '*) return 0 ;; esac
    shift 2
  done
}

# pods_ask ADDRESS NAME: PD_CODE is the code of the first answer that one of PD_ALL gets, else `no-answer`.
pods_ask() {
  for PD_P in $PD_ALL; do
    PD_CODE=$(DN_IN="$PD_BY -t $PD_P -n" && dns_ask "$1" "$2")
    case $PD_CODE in no-answer | unreachable) ;; *) return 0 ;; esac
  done
  PD_CODE=no-answer
}
