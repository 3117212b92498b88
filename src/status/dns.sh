# The cluster's DNS as this node sees it: each address is asked for the API's service, which caches know, and for a name that
# no cache has. Prints lines `dns ADDRESS KIND CODE CODE`; `dns - no-tool` where nothing here can ask.
# needs: dns/ask dns/servers common/within common/tools common/result
# shellcheck shell=sh

# status_dns: asks all at once, in the background; DN_PIDS are the processes to wait for.
status_dns() {
  DN_PIDS='' DN_DONE=''
  dns_places
  [ -n "$DN_DONE" ] || return 0
  dns_by || { echo 'dns - no-tool' && return 0; }
  for DN_A in $DN_DONE; do
    dns_one "${DN_A#*=}" "${DN_A%%=*}" &
    DN_PIDS="$DN_PIDS $!"
  done
}

dns_wait() { for DN_A in $DN_PIDS; do wait "$DN_A" 2>/dev/null; done; }

dns_one() {
  DN_ONE=$(dns_ask "$1" "kubernetes.default.svc.$DN_DOMAIN")
  # A server that does not answer the first question is not waited for twice.
  DN_TWO=$DN_ONE
  case $DN_ONE in no-answer | unreachable) ;; *) DN_TWO=$(dns_ask "$1" "fireaxe-$FX_NONCE.default.svc.$DN_DOMAIN") ;; esac
  printf 'dns %s\n' "$1 $2 $DN_ONE $DN_TWO"
}

# dns_places: DN_DONE are `KIND=ADDRESS` words, at most eight; DN_DOMAIN is the cluster's domain. A pod may have resolvers of
# its own, so the pods are asked only for what the kubelet does not tell.
dns_places() {
  DN_DOMAIN=''
  dns_of_kubelet
  [ -n "$DN_DONE" ] && [ -n "$DN_DOMAIN" ] || dns_of_pods
  case $DN_DOMAIN in '' | *[!A-Za-z0-9.-]*) DN_DOMAIN=cluster.local ;; esac
  dns_of_service
  dns_of_own
}

# dns_of_kubelet: its configuration, in YAML or JSON, else its flags.
dns_of_kubelet() {
  for DN_K in var/lib/kubelet/config.yaml etc/kubernetes/kubelet/config.json etc/kubernetes/kubelet/kubelet-config.json; do
    [ -r "$FX_ROOT/$DN_K" ] || continue
    DN_F=$(within 2 cat "$FX_ROOT/$DN_K" 2>/dev/null | tr '\n",[]' '     ')
    for DN_L in $(printf '%s\n' "$DN_F" | sed -n 's/.*clusterDNS *: *\([0-9a-fA-F.: -]*\).*/\1/p'); do
      case $DN_L in *.*.* | *:*:*) dns_add service "$DN_L" ;; esac
    done
    DN_L=$(printf '%s\n' "$DN_F" | sed -n 's/.*clusterDomain *: *\([^ ]*\).*/\1/p')
    DN_DOMAIN=${DN_DOMAIN:-$DN_L}
  done
  [ -z "$DN_DONE" ] || return 0
  set +f
  DN_F=$(within 2 cat "$FX_ROOT"/proc/[0-9]*/cmdline 2>/dev/null | tr '\000' '\n' | sed -n 's/^--cluster-domain=/domain=/p; s/^--cluster-dns=//p' | tr ',' '\n')
  set -f
  for DN_L in $DN_F; do
    case $DN_L in
      domain=*) DN_DOMAIN=${DN_DOMAIN:-${DN_L#*=}} ;;
      *[!0-9a-fA-F.:]*) ;;
      *) dns_add service "$DN_L" ;;
    esac
  done
}

# dns_of_pods: the first resolver of the newest pod whose search list has the cluster's domain, which follows `svc.`.
dns_of_pods() {
  set +f
  # shellcheck disable=SC2012
  DN_F=$(within 2 ls -t "$FX_ROOT"/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/*/resolv.conf \
    "$FX_ROOT"/var/lib/rancher/*/agent/containerd/io.containerd.grpc.v1.cri/sandboxes/*/resolv.conf \
    "$FX_ROOT"/var/lib/containers/storage/overlay-containers/*/userdata/resolv.conf \
    "$FX_ROOT"/var/lib/docker/containers/*/resolv.conf 2>/dev/null | head -n 40)
  set -f
  for DN_K in $DN_F; do
    DN_T=$(within 2 cat "$DN_K" 2>/dev/null) || [ $? -ne 124 ] || return 0
    DN_L=$(printf '%s\n' "$DN_T" | sed -n 's/^search.* svc\.\([^ ]*\).*/\1/p')
    [ -n "$DN_L" ] || continue
    DN_DOMAIN=${DN_DOMAIN:-$DN_L}
    [ -n "$DN_DONE" ] || dns_add service "$(printf '%s\n' "$DN_T" | sed -n 's/^nameserver  *\([0-9a-fA-F.:]*\).*/\1/p' | head -n 1)"
    [ -z "$DN_DONE" ] || return 0
  done
}

# dns_of_service: CoreDNS itself, behind the service kube-system/kube-dns, by the rules of kube-proxy.
dns_of_service() {
  fx_has iptables || return 0
  for DN_L in $(within 1 iptables -w 1 -t nat -S KUBE-SVC-TCOU7JCQXEZGVUNU 2>/dev/null |
    sed -n 's/.*"kube-system\/kube-dns:dns -> \([0-9.]*\):53".*/\1/p' | sort -u); do dns_add pod "$DN_L"; done
}

# dns_of_own: CoreDNS on this node, at its own address.
dns_of_own() {
  dns_servers
  for DN_L in $DS_ALL; do
    dns_address "$DN_L"
    dns_add pod "$DS_AT"
  done
}

# dns_add KIND ADDRESS: a link-local address is the cache of this node.
dns_add() {
  DN_W=$1
  case $2 in '' | 127.* | ::1) return 0 ;; 169.254.*) DN_W=node-local ;; esac
  case " $DN_DONE " in *"=$2 "*) return 0 ;; esac
  # shellcheck disable=SC2086
  set -- "$2" $DN_DONE
  [ $# -gt 8 ] || DN_DONE="$DN_DONE${DN_DONE:+ }$DN_W=$1"
}
