# The addresses and ports at which clients on this node reach the API, as a filter of ss.
# needs: common/within common/start
# shellcheck shell=sh

# who_places: WH_FILTER. Besides the control plane's own addresses: the service address, of which each container is told in
# its environment, and the address in the kubelet's kubeconfig.
who_places() {
  WH_AT=$IN_SERVERS WH_PORTS=$IN_PORTS
  [ -z "$IN_SERVER" ] || WH_AT="$WH_AT 127.0.0.1 ::1"
  set +f
  for FX_K in $(cat "$FX_ROOT"/proc/[0-9]*/environ 2>/dev/null | tr '\000' '\n' |
    sed -n 's/^KUBERNETES_SERVICE_HOST=\([0-9a-fA-F.:]*\)$/\1/p' | sort -u | head -n 4); do who_place "$FX_K"; done
  for FX_K in $(cat "$FX_ROOT"/etc/kubernetes/kubelet.conf "$FX_ROOT"/var/lib/kubelet/kubeconfig \
    "$FX_ROOT"/var/lib/rancher/*/agent/kubelet.kubeconfig 2>/dev/null |
    sed -n 's|^ *server: *["'\'']\{0,1\}https://\([^/"'\'' ]*\).*|\1|p' | sort -u | head -n 2); do who_server "$FX_K"; done
  set -f
  WH_P='' WH_A=''
  for FX_K in $WH_PORTS; do WH_P="$WH_P${WH_P:+ or }dport = :$FX_K"; done
  for FX_K in $WH_AT; do
    case $FX_K in
      *:*) WH_A="$WH_A${WH_A:+ or }dst [$FX_K]" ;;
      *) WH_A="$WH_A${WH_A:+ or }dst $FX_K or dst [::ffff:$FX_K]" ;;
    esac
  done
  WH_FILTER="( $WH_P ) and ( $WH_A )"
}

who_place() { case " $WH_AT " in *" $1 "*) ;; *) WH_AT="$WH_AT $1" ;; esac }

# who_server HOST[:PORT]: of the kubelet's kubeconfig. A name is looked up in the time that a reading has.
who_server() {
  WH_H=${1%:*} WH_P=443
  case $1 in
    *']') WH_H=$1 ;;
    *:*) WH_P=${1##*:} ;;
    *) WH_H=$1 ;;
  esac
  WH_H=${WH_H#'['} WH_H=${WH_H%']'}
  case $WH_P in '' | *[!0-9]*) return 0 ;; esac
  case " $WH_PORTS " in *" $WH_P "*) ;; *) WH_PORTS="$WH_PORTS $WH_P" ;; esac
  case $WH_H in
    *:*) who_place "$WH_H" ;;
    *[!0-9.]*)
      [ -z "$FX_ROOT" ] || return 0
      for WH_H in $(within 1 getent ahosts "$WH_H" 2>/dev/null | sed 's/ .*//' | sort -u); do who_place "$WH_H"; done
      ;;
    *) who_place "$WH_H" ;;
  esac
}
