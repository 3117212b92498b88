# Clients that come through a proxy on this host, from another port to the API port: a fence of the API port does not see them.
# needs: common/tools
# shellcheck shell=sh

# fence_proxies: PX_FOUND is `port:name` of each listener here that seems to forward to the API port and is not fenced: of a
# process that has connections to a fenced port, listens on another, and has clients there. Kubernetes' own components are clients, not proxies.
fence_proxies() {
  PX_FOUND=''
  fx_has ss || return 0
  PX_T=''
  for FX_K in $IN_PORTS; do PX_T="$PX_T${PX_T:+ or }dport = :$FX_K"; done
  proxies_pids "$(ss -Htnp state established "( $PX_T )" 2>/dev/null)"
  [ -n "$PX_PIDS" ] || return 0
  PX_OF=$PX_PIDS
  PX_T=$(ss -Htnlp 2>/dev/null)
  FX_I=$IFS IFS=$FX_NL
  for PX_L in $PX_T; do
    IFS=$FX_I
    proxies_line "$PX_L"
    IFS=$FX_NL
  done
  IFS=$FX_I
}

# proxies_say: reports what fence_proxies found.
proxies_say() {
  for PX_L in $PX_FOUND; do
    fx_say "clients may come by ${PX_L#*:} on port ${PX_L%%:*}, which is not fenced: add that port to kubernetes.clientPorts in kit.yaml"
  done
  [ -z "$PX_FOUND" ] || fx_data proxies "$PX_FOUND"
}

# proxies_pids TEXT: PX_PIDS are the process ids that lines of ss name, with a blank before and after each.
proxies_pids() {
  PX_PIDS='' PX_W=$1
  while :; do
    case $PX_W in *'",pid='*) PX_W=${PX_W#*'",pid='} ;; *) return 0 ;; esac
    case $PX_PIDS in *" ${PX_W%%,*} "*) ;; *) PX_PIDS="${PX_PIDS:- }${PX_W%%,*} " ;; esac
  done
}

# proxies_line LINE: adds `port:name` to PX_FOUND where the line of a listener is of such a process.
proxies_line() {
  case $1 in *'users:(("kube-vip"'*) ;; *'users:(("kube'* | *'127.0.0.1:'*'users:'* | *'[::1]:'*'users:'*) return 0 ;; esac
  proxies_pids "$1"
  for FX_K in $PX_PIDS; do
    case $PX_OF in *" $FX_K "*) ;; *) continue ;; esac
    PX_N=${1#*'users:(("'}
    PX_N=${PX_N%%'"'*}
    PX_N=${PX_N%% *}
    # State, queues, and the local address.
    # shellcheck disable=SC2086
    set -- $1
    PX_P=${4##*:}
    case " $IN_PORTS $PX_FOUND" in *" $PX_P "* | *" $PX_P:"*) return 0 ;; esac
    [ -z "$(ss -Htn state established "( sport = :$PX_P )" 2>/dev/null)" ] || PX_FOUND="$PX_FOUND${PX_FOUND:+ }$PX_P:$PX_N"
    return 0
  done
}
