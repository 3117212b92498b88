# The cluster's DNS and domain as the kubelet gives them to pods.
# needs: common/within
# shellcheck shell=sh

# dns_of_kubelet: its configuration, in YAML or JSON, else its flags.
dns_of_kubelet() {
  for DN_K in var/lib/kubelet/config.yaml etc/kubernetes/kubelet/config.json etc/kubernetes/kubelet/kubelet-config.json; do
    [ -r "$FX_ROOT/$DN_K" ] || continue
    DN_T=$(within 2 cat "$FX_ROOT/$DN_K" 2>/dev/null)
    DN_F=$(printf '%s\n' "$DN_T" | tr '\n",[]' '     ')
    for DN_L in $(printf '%s\n' "$DN_F" | sed -n 's/.*clusterDNS *: *\([0-9a-fA-F.: -]*\).*/\1/p'); do
      case $DN_L in *.*.* | *:*:*) dns_add service "$DN_L" ;; esac
    done
    # It may be empty, and JSON may be one line.
    DN_L=$(printf '%s\n' "$DN_T" | tr ',' '\n' | tr -d "\"'" | sed -n 's/^[ \t{]*clusterDomain *: *\([^ \t\r#}]*\).*/\1/p' | head -n 1)
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

# dns_add KIND ADDRESS: a link-local address is the cache of this node.
dns_add() {
  DN_W=$1
  case $2 in '' | 127.* | ::1) return 0 ;; 169.254.*) DN_W=node-local ;; esac
  case " $DN_DONE " in *"=$2 "*) return 0 ;; esac
  # shellcheck disable=SC2086
  set -- "$2" $DN_DONE
  [ $# -gt 8 ] || DN_DONE="$DN_DONE${DN_DONE:+ }$DN_W=$1"
}
