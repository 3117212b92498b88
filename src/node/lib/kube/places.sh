# The addresses of this machine at which a server answers that does not listen on loopback.
# needs: common/tools
# shellcheck shell=sh

# places_of PORT: PL_FOUND are the addresses, besides 127.0.0.1, at which it may be asked here.
places_of() {
  PL_FOUND=''
  if fx_has ss && FX_L=$(ss -Hltnp "( sport = :$1 )" 2>/dev/null); then
    # A load balancer on the same port would answer for another machine.
    for FX_K in $(printf '%s\n' "$FX_L" | while read -r _ _ _ PL_A _ PL_U; do
      case $PL_U in *'"haproxy"'* | *'"nginx"'* | *'"envoy"'* | *'"traefik"'* | *'"socat"'*) ;; *) echo "$PL_A" ;; esac
    done); do places_add "${FX_K%:*}"; done
  elif fx_has ip; then
    # Interfaces of pods and services are left out: no server listens there.
    for FX_K in $(ip -o addr 2>/dev/null | while read -r _ PL_U _ PL_A _; do
      case $PL_U in lo | kube-ipvs* | cali* | lxc* | veth* | docker*) ;; *) echo "${PL_A%/*}" ;; esac
    done); do
      case $FX_K in *:*) places_add "[$FX_K]" ;; *) places_add "$FX_K" ;; esac
    done
  fi
}

# places_add ADDRESS: as written in a URL; at most eight.
places_add() {
  PL_A=${1%%\%*}
  case $PL_A in
    '' | '*' | 0.0.0.0 | 127.0.0.1 | '[fe80:'*) return 0 ;;
    '[::]') PL_A='[::1]' ;;
    '[::ffff:'*.*) PL_A=${PL_A#'[::ffff:'} && PL_A=${PL_A%']'} ;;
  esac
  case " $PL_FOUND " in *" $PL_A "*) return 0 ;; esac
  # shellcheck disable=SC2086
  set -- $PL_FOUND
  [ $# -ge 8 ] || PL_FOUND="$PL_FOUND${PL_FOUND:+ }$PL_A"
}
