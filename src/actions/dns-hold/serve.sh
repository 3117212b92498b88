# Where no CoreDNS lives on a node and none answers from it: a server of its own, of what the node already has.
# needs: server rules from-pods dns/places cri/path cri/crictl common/write common/tools common/result
# shellcheck shell=sh

# serve_look: ends with `already` where a CoreDNS of another node lives, and refuses where a server is needed and cannot be.
# SV_WANT is set where one is needed, or is here already.
serve_look() {
  SV_WANT='' SV_AT='' DN_DONE=''
  if dv_here; then
    dv_read
    SV_WANT=1 SV_AT=$DV_AT
    return 0
  fi
  [ "$IN_OWN" = own ] || { serve_not 'no CoreDNS runs here; where none answers from another node, --own-server starts one' && return 0; }
  dns_places
  for SV_A in $DN_DONE; do case $SV_A in service=*) SV_AT="$SV_AT${SV_AT:+ }${SV_A#*=}" ;; esac done
  [ -n "$SV_AT" ] || { serve_not "no CoreDNS runs here, and where the cluster's DNS is, this node does not tell" && return 0; }
  dns_by || fx_refuse no-tool 'neither bash, dig nor nslookup is here to ask DNS'
  serve_asked
  [ -z "$SV_KNOWS" ] || { serve_not "no CoreDNS runs here; another node's answers at $SV_KNOWS" && return 0; }
  [ -z "$SV_FAILS" ] || { serve_not "no CoreDNS runs here; another node's fails at $SV_FAILS: hold it there" && return 0; }
  serve_image
  [ -n "$SV_IMAGE" ] || fx_refuse no-image "no CoreDNS runs here, no image of it is here to start one, and none answers at ${SV_AT%% *}"
  serve_static
  [ -n "$SV_STATIC" ] || fx_refuse no-static "no CoreDNS runs here, and the kubelet's folder of static pods is not known: nothing can start $SV_IMAGE"
  fx_need ip
  for SV_A in $SV_AT; do
    [ -z "$(dv_ip -o addr show to "$SV_A" 2>/dev/null)" ] || fx_refuse address-taken "$SV_A is an address of this node already: a cache on the node, or IPVS"
  done
  serve_rules
  SV_WANT=1
}

# serve_not WHY: nothing is to be done here.
serve_not() {
  FX_STATE=already
  fx_say "$1"
}

# serve_asked: of the addresses of the service and of the pods behind it, SV_KNOWS is one that knows the cluster's names, SV_FAILS one
# that answers and does not: the hold of its own node mends that. A server here would take all of them from the pods of this node, so
# none must live: a packet may be lost, and one address of several dead, so all are asked three times, and from pods, too.
serve_asked() {
  SV_KNOWS='' SV_FAILS=''
  for SV_N in 1 2 3; do
    [ "$SV_N" -eq 1 ] || sleep 0.2 2>/dev/null || sleep 1
    SV_K=$(for SV_A in $DN_DONE; do
      case $SV_A in service=* | pod=*) echo "${SV_A#*=} $(dns_ask "${SV_A#*=}" "hold.fireaxe.svc.$DN_DOMAIN")" & ;; esac
    done && wait)
    # shellcheck disable=SC2086
    set -- $SV_K
    while [ $# -gt 1 ]; do
      serve_code "$1" "$2"
      shift 2
    done
    [ -z "$SV_KNOWS$SV_FAILS" ] || return 0
  done
  # A network policy may keep this node, and not its pods, from the CoreDNS of other nodes.
  # shellcheck disable=SC2086
  pods_find $SV_AT
  for SV_A in ${PD_ALL:+$SV_AT}; do
    pods_ask "$SV_A" "hold.fireaxe.svc.$DN_DOMAIN"
    serve_code "$SV_A" "$PD_CODE"
  done
}

# serve_code ADDRESS CODE: what an answer tells of it.
serve_code() {
  case $2 in
    NOERROR | NXDOMAIN) SV_KNOWS=$1 ;;
    no-answer | unreachable) ;;
    *) SV_FAILS=$1 ;;
  esac
}

# serve_until: says so where the watch cannot see that a CoreDNS has the API again: IPv6, and a service of another name as RKE2 has it.
serve_until() {
  [ "$IN_UNTIL" = synced ] || return 0
  dns_endpoints
  [ -n "$DN_ENDS" ] || fx_say '--until-synced may not end it: the proxy rules name no pod behind kube-system/kube-dns by an IPv4 address; it stands until undo or the end of --for'
}

# serve_image: SV_IMAGE is one of CoreDNS that the runtime has, by a tag.
serve_image() {
  SV_IMAGE='' CR_OUT=''
  fx_has crictl || return 0
  cri_any "$FX_ROOT" images || return 0
  SV_IMAGE=$(printf '%s\n' "$CR_OUT" | awk '$1 ~ /(^|\/)([a-z0-9]+-)*coredns$/ && $2 ~ /^[A-Za-z0-9_.-]+$/ && $1 !~ /[^A-Za-z0-9._:\/-]/ { print $1 ":" $2; exit }')
}

# serve_static: SV_STATIC is the folder from which the kubelet starts pods without the API.
serve_static() {
  SV_STATIC=''
  for SV_K in var/lib/kubelet/config.yaml etc/kubernetes/kubelet/config.json etc/kubernetes/kubelet/kubelet-config.json; do
    [ -n "$SV_STATIC" ] || SV_STATIC=$(within 2 cat "$FX_ROOT/$SV_K" 2>/dev/null | tr '\n",' '   ' | sed -n 's/.*staticPodPath *: *\([^ ]*\).*/\1/p')
  done
  set +f
  [ -n "$SV_STATIC" ] || SV_STATIC=$(within 2 cat "$FX_ROOT"/proc/[0-9]*/cmdline 2>/dev/null | tr '\000' '\n' | sed -n 's/^--pod-manifest-path=//p' | head -n 1)
  set -f
  for SV_K in /var/lib/rancher/rke2/agent/pod-manifests /var/lib/rancher/k3s/agent/pod-manifests; do
    [ -n "$SV_STATIC" ] || [ ! -d "$FX_ROOT$SV_K" ] || SV_STATIC=$SV_K
  done
  case $SV_STATIC in /*) ;; *) SV_STATIC='' ;; esac
  case $SV_STATIC in *[!A-Za-z0-9_./-]*) SV_STATIC='' ;; esac
  # The folder itself may be missing where no static pod ever was.
  [ -d "$FX_ROOT$SV_STATIC" ] || [ -d "$FX_ROOT${SV_STATIC%/*}" ] || SV_STATIC=''
}
